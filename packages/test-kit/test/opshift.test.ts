import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHeartbeat } from '@lubdub/core';
import type { HeartbeatOptions } from '@lubdub/core';
import { opshift } from '@lubdub/core/providers/opshift';
import type { OpshiftPingResponse } from '@lubdub/core/providers/opshift';
import { createManualClock, createRecordingTransport, respond } from '@lubdub/core/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startOpshift } from '../src/receivers/index.ts';
import type { OpshiftReceiver } from '../src/receivers/index.ts';

const first = '0123456789abcdef'.repeat(4);
const second = 'fedcba9876543210'.repeat(4);
let service: OpshiftReceiver;

beforeEach(async () => {
  service = await startOpshift({ secrets: [first], tokens: ['tok-1'], alerts: ['wh-1'] });
});
afterEach(() => service.close());

const quiet = { warn: () => undefined, error: () => undefined };
const client = (
  secret: Parameters<typeof opshift>[0]['secret'] = first,
  more: Partial<HeartbeatOptions> = {},
) =>
  createHeartbeat({
    provider: opshift({
      secret,
      baseUrl: service.url,
      monitors: { backup: 'tok-1', gone: 'tok-gone' },
      alerts: { deploys: 'wh-1' },
    }),
    retry: { maxAttempts: 1 },
    logger: quiet,
    ...more,
  });

describe('OpShift pings', () => {
  it('are up and down, with reason, group key and metadata, and answered with a type', async () => {
    const heartbeat = client();
    const up = await heartbeat.ping('backup');
    const down = await heartbeat.ping('backup', {
      state: 'fail',
      message: 'disk “orders” is full: é',
      groupKey: 'orders-db',
      metadata: { rows: 42 },
    });
    await heartbeat.close();
    expect([up.status, down.status]).toEqual(['accepted', 'accepted']);
    const answer = down.providers[0]?.response as OpshiftPingResponse | undefined;
    expect(answer?.pingStatus).toBe('down');
    expect(service.events.map(({ body }) => body)).toEqual([
      { status: 'up' },
      {
        status: 'down',
        reason: 'disk “orders” is full: é',
        group_key: 'orders-db',
        metadata: { rows: 42 },
      },
    ]);
  });

  it('are cut to the limits before they are sent', async () => {
    const heartbeat = client();
    const metadata = { first: 'x'.repeat(60_000), second: 'x'.repeat(60_000) };
    const outcome = await heartbeat.ping('backup', {
      message: 'm'.repeat(500),
      groupKey: 'g'.repeat(500),
      metadata,
    });
    await heartbeat.close();
    expect(outcome.status).toBe('accepted');
    const body = service.events[0]?.body ?? {};
    expect([String(body['reason']).length, String(body['group_key']).length]).toEqual([200, 200]);
    expect(body['metadata']).toEqual({ truncated: true });
  });

  it('have no start: a run says only how it ended', async () => {
    const heartbeat = client();
    await heartbeat.run('backup', () => Promise.resolve());
    await heartbeat.close();
    expect(service.events.map(({ body }) => body['status'])).toEqual(['up']);
  });

  for (const [status, name] of [
    [400, 'Invalid reason'],
    [403, 'Subscription ended'],
    [404, 'Monitor not found'],
  ] as const) {
    it(`end in an error with status ${status}, message and body, and are not tried again`, async () => {
      service.override = () => ({ status, body: { error: name } });
      const heartbeat = client(first, { retry: { maxAttempts: 5, baseMs: 1 } });
      const outcome = await heartbeat.ping('backup');
      await heartbeat.close();
      expect(outcome.providers[0]).toMatchObject({
        status: 'rejected',
        attempts: 1,
        error: { statusCode: status, message: name, body: { error: name } },
      });
    });
  }

  it('end in an error with status 0 when nobody answers', async () => {
    service.override = () => 'reset';
    const heartbeat = client();
    const outcome = await heartbeat.ping('backup', { deadlineMs: 600_000 });
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({ status: 'unreachable', error: { statusCode: 0 } });
    expect(() => outcome.orThrow()).toThrow(/ERR_LUBDUB_PING_FAILED/u);
  });

  it('are tried again after 429 and 5xx', async () => {
    let refusals = 2;
    service.override = () =>
      refusals-- > 0 ? { status: refusals === 1 ? 503 : 429, body: { error: 'later' } } : undefined;
    const heartbeat = client(first, { retry: { maxAttempts: 5, baseMs: 1, maxMs: 2 } });
    const outcome = await heartbeat.ping('backup');
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({ status: 'accepted', attempts: 3 });
  });

  it('of a paused monitor are refused without being called a misconfiguration', async () => {
    service.paused = ['tok-1'];
    const heartbeat = client();
    const outcome = await heartbeat.ping('backup');
    await expect(heartbeat.ready()).resolves.toBeUndefined();
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({ status: 'rejected', reason: 'unknown-or-paused' });
  });

  it('keep to ten a minute and monitor', async () => {
    const clock = createManualClock();
    const transport = createRecordingTransport(() => respond(200, '{"pingStatus":"up"}'));
    const heartbeat = client(first, { clock, transport });
    for (let count = 0; count < 25; count += 1)
      void heartbeat.ping('backup', { metadata: { count }, deadlineMs: 600_000 });
    await clock.advance(59_000);
    expect(transport.requests.length).toBeLessThanOrEqual(10);
    expect(transport.requests.length).toBeGreaterThan(0);
    await clock.advance(61_000);
    expect(transport.requests.length).toBeLessThanOrEqual(20);
    const closed = heartbeat.close(0);
    await clock.advance(10);
    await closed;
  });
});

describe("OpShift's secrets", () => {
  it('rotate by a function, without a restart', async () => {
    let secret = first;
    const heartbeat = client(() => secret);
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    service.secrets = [first, second];
    secret = second;
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    service.secrets = [second];
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    await heartbeat.close();
  });

  it('sign with the first of a list', async () => {
    service.secrets = [second];
    const heartbeat = client([second, first]);
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    await heartbeat.close();
  });

  it('come from a file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lubdub-opshift-'));
    const file = join(folder, 'secret');
    writeFileSync(file, `${first}\n`);
    const heartbeat = client({ file });
    expect((await heartbeat.ping('backup')).status).toBe('accepted');
    await heartbeat.close();
    rmSync(folder, { recursive: true });
  });

  it('that are wrong are told as such and shown nowhere', async () => {
    const lines: string[] = [];
    const note = (line: string): void => {
      lines.push(line);
    };
    const heartbeat = client(second, { logger: { warn: note, error: note } });
    const error = await heartbeat.ping('backup').catch((thrown: unknown) => thrown);
    await heartbeat.close();
    expect(String(error)).toMatch(/ERR_LUBDUB_MISCONFIGURED/u);
    expect(`${lines.join()}${String(error)}`).not.toContain(second);
  });
});

describe('OpShift alerts', () => {
  it('carry everything and are answered with a type', async () => {
    const heartbeat = client();
    const outcome = await heartbeat.alert('deploys', {
      title: 'Deploy failed',
      description: 'Exit 1',
      severity: 'sev1',
      metadata: { build: 7 },
      groupKey: 'deploys',
    });
    await heartbeat.close();
    expect(outcome.results).toEqual([
      {
        status: 'created',
        alertId: 'alert-1',
        message: 'Alert created',
        occurrenceCount: 1,
        reason: undefined,
      },
    ]);
    expect(service.events[0]).toEqual({
      kind: 'alert',
      target: 'wh-1',
      body: {
        title: 'Deploy failed',
        description: 'Exit 1',
        severity: 'sev1',
        metadata: { build: 7 },
        group_key: 'deploys',
      },
    });
  });

  for (const [status, expected] of [
    ['filtered', { status: 'filtered', alertId: null, reason: 'muted by a rule' }],
    ['occurrence_added', { status: 'occurrence-added', alertId: 'alert-1' }],
    ['reopened', { status: 'reopened', alertId: 'alert-1' }],
  ] as const) {
    it(`that were ${status} say so`, async () => {
      service.alertStatus = status;
      const heartbeat = client();
      const { results } = await heartbeat.alert('wh-1', { title: 'Again' });
      await heartbeat.close();
      expect(results[0]).toMatchObject(expected);
    });
  }

  it('over a limit are refused before they are sent, naming the field', async () => {
    const heartbeat = client();
    const outcome = await heartbeat.alert('deploys', { title: 't'.repeat(201) });
    await heartbeat.close();
    expect(outcome.providers[0]).toMatchObject({ status: 'rejected', reason: 'invalid' });
    expect(outcome.providers[0]?.error?.message).toMatch(/^title/u);
    expect(service.requests).toEqual([]);
  });

  it('are sent once, even when nobody answers', async () => {
    service.override = () => 'reset';
    const heartbeat = client(first, { retry: { maxAttempts: 5, baseMs: 1 } });
    const outcome = await heartbeat.alert('deploys', { title: 'Once' });
    await heartbeat.close();
    expect(outcome.status).toBe('unreachable');
    expect(service.requests).toHaveLength(1);
  });
});
