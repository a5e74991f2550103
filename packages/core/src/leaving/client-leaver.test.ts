import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { plainCapabilities, plainProvider } from '../../test/support/engine.ts';
import { createFactories } from '../client/create.ts';
import type { HeartbeatOptions } from '../client/options.ts';
import { nodePlatform } from '../platform/node.ts';
import type { ExitRequest, ExitResult, Leaver } from '../platform/platform.ts';
import type { Provider } from '../providers/provider.ts';
import { peekapi } from '../providers/peekapi.ts';
import { createManualClock, createRecordingTransport, respond } from '../testing/index.ts';
import { ClientLeaver } from './client-leaver.ts';

type Send = (
  groups: readonly (readonly ExitRequest[])[],
) => readonly (readonly ExitResult[])[] | undefined;

const answered =
  (status: number, body = ''): Send =>
  (groups) =>
    groups.map((group) => group.map(() => ({ status, headers: {}, body })));

/** A client whose process ends when `end` is called: nothing on the wire is answered any more. */
const leavingClient = (
  given: Partial<HeartbeatOptions> = {},
  send: Send | false = answered(200),
) => {
  const clock = createManualClock();
  const transport = createRecordingTransport(() => undefined);
  const sent: ExitRequest[][] = [];
  const outcomes: string[] = [];
  let leaver: Leaver | undefined;
  const { createHeartbeat } = createFactories({
    ...nodePlatform,
    attach(parts) {
      leaver = new ClientLeaver(parts);
      return () => undefined;
    },
    sendAtExit:
      send === false
        ? undefined
        : (groups) => {
            sent.push(...groups.map((group) => [...group]));
            return send(groups);
          },
  });
  const heartbeat = createHeartbeat({
    provider: plainProvider(),
    clock,
    transport,
    logger: { warn: () => undefined, error: () => undefined },
    ...given,
  });
  for (const name of ['ping-sent', 'ping-failed', 'ping-dropped'] as const) {
    heartbeat.on(name, ({ ping, outcome }) => {
      outcomes.push(`${ping.key} ${ping.state} ${outcome.reason ?? outcome.status}`);
    });
  }
  const bodies = (): readonly Record<string, unknown>[] =>
    sent.flat().map(({ body }) => JSON.parse(body ?? '{}') as Record<string, unknown>);
  return {
    clock,
    transport,
    heartbeat,
    sent,
    outcomes,
    leaver: leaver as unknown as Leaver,
    words: () => bodies().map(({ key, state }) => `${String(key)} ${String(state)}`),
    bodies,
  };
};

describe('the end of a process, as the client sees it', () => {
  it('fails the runs that are open, with the code, and settles each ping as it was answered', () => {
    const { heartbeat, leaver, words, outcomes, bodies } = leavingClient();
    heartbeat.start('import');
    leaver.exit(3);
    expect(words()).toEqual(['import start', 'import fail']);
    expect(bodies()[1]?.['text']).toContain('process-exit');
    expect(outcomes).toEqual(['import start accepted', 'import fail accepted']);
    expect(heartbeat.stats().pending).toBe(0);
  });

  it.each([
    ['success', 0, 'import success'],
    ['success', 1, 'import fail'],
    ['fail', 0, 'import fail'],
  ] as const)('with exitZero %s and code %i ends a run as %s', (exitZero, code, end) => {
    const { heartbeat, leaver, words } = leavingClient({ exitZero });
    heartbeat.start('import', { sendStart: false });
    leaver.exit(code);
    expect(words()).toEqual([end]);
  });

  it('names the exception that ends the process, but not one that it outlived', async () => {
    const first = leavingClient({ captureErrors: 'message' });
    first.heartbeat.start('import', { sendStart: false });
    first.leaver.crashed(new Error('no rows'));
    first.leaver.exit(1);
    expect(first.bodies()[0]?.['text']).toContain('no rows');

    const second = leavingClient({ captureErrors: 'message' });
    second.heartbeat.start('import', { sendStart: false });
    second.leaver.crashed(new Error('no rows'));
    await second.clock.settle();
    second.leaver.exit(1);
    expect(second.bodies()[0]?.['text']).not.toContain('no rows');
  });

  it('sends nothing when nothing is owed', () => {
    const { leaver, sent } = leavingClient();
    leaver.exit(0);
    expect([sent, leaver.busy]).toEqual([[], false]);
  });

  it.each([
    ['no child can be had', {}, false],
    ['the child says nothing', {}, () => undefined],
    ['a child would go around a proxy', { network: { agent: new Agent() } }, answered(200)],
    [
      'a child would go around a fetch',
      { network: { fetch: (() => undefined) as never } },
      answered(200),
    ],
  ] as const)('drops with a reason what is left when %s', (_name, options, send) => {
    const { heartbeat, leaver, outcomes } = leavingClient(options, send);
    void heartbeat.ping('import');
    leaver.exit(0);
    expect(outcomes).toEqual(['import success exit-budget']);
  });

  it('drops what the service did not answer, and what it did not take', () => {
    const down = leavingClient({}, answered(0));
    void down.heartbeat.ping('import');
    down.leaver.exit(0);
    expect(down.outcomes).toHaveLength(1);
    expect(down.outcomes[0]).not.toContain('accepted');
    const refused = leavingClient({}, answered(404));
    void refused.heartbeat.ping('import');
    refused.leaver.exit(0);
    expect(refused.outcomes).toEqual(['import success http-404']);
  });

  it('starts no child after the time for it was given up', () => {
    const { heartbeat, leaver, sent, outcomes } = leavingClient();
    void heartbeat.ping('import', { state: 'log' });
    expect(leaver.busy).toBe(true);
    leaver.giveUp();
    leaver.exit(0);
    expect(sent).toEqual([]);
    expect(outcomes).toEqual(['import log exit-budget']);
  });

  it('sends no success that would be untrue by now', async () => {
    const { heartbeat, leaver, clock, words } = leavingClient({ successTtlMs: 1_000 });
    heartbeat.start('import', { sendStart: false }).success();
    await clock.advance(2_000);
    leaver.exit(0);
    expect(words()).toEqual([]);
  });

  it('only logs the interruption of a run that another process resumes', () => {
    const { heartbeat, leaver, words, bodies } = leavingClient();
    heartbeat.start('import', { resumable: true, sendStart: false });
    leaver.exit(1);
    expect(words()).toEqual(['import log']);
    expect(bodies()[0]?.['text']).toBe('interrupted: process-exit');
  });

  it('merges a great number of successes of one monitor, with their count, so that all leave in time', () => {
    const provider = plainProvider({ count: true });
    const { heartbeat, leaver, bodies } = leavingClient({ provider });
    for (let index = 0; index < 1_500; index += 1)
      heartbeat.start('busy', { sendStart: false }).success();
    heartbeat.start('other', { sendStart: false }).fail();
    leaver.exit(0);
    const told = bodies().map(({ key, count }) => [key, count]);
    expect(told).toHaveLength(2);
    expect(told).toEqual(
      expect.arrayContaining([
        ['busy', 1_500],
        ['other', 1],
      ]),
    );
  });

  it('takes what the child did not come to for not delivered', () => {
    const { heartbeat, leaver, outcomes } = leavingClient({}, (groups) =>
      groups
        .slice(0, 1)
        .map((group) => group.slice(0, 1).map(() => ({ status: 200, headers: {}, body: '' }))),
    );
    for (const key of ['a', 'b']) void heartbeat.ping(key, { state: 'start' });
    void heartbeat.ping('a');
    leaver.exit(0);
    expect(outcomes).toEqual(['a start accepted', 'a success exit-budget', 'b start exit-budget']);
  });

  it('never throws, whatever a provider does', () => {
    const provider = plainProvider(
      {},
      {
        toRequest: () => {
          throw new Error('no');
        },
      },
    );
    const { heartbeat, leaver } = leavingClient({ provider });
    void heartbeat.ping('import');
    expect(() => leaver.exit(0)).not.toThrow();
  });
});

describe('a service that takes many pings at once', () => {
  const batched = (maxPings: number): Provider =>
    plainProvider(
      { clientTimestamp: true },
      {
        batch: {
          maxPings,
          maxBytes: 100_000,
          toRequest: (pings) => ({
            method: 'POST',
            url: 'https://plain.example/batch',
            body: JSON.stringify(pings.map(({ key, state }) => `${key} ${state}`)),
          }),
          interpret: (response, pings) =>
            pings.map(() =>
              response.status === 200 ? { status: 'accepted' } : { status: 'unreachable' },
            ),
        },
      },
    );

  it('gets them in as few requests as it takes', () => {
    const { heartbeat, leaver, sent, outcomes } = leavingClient({ provider: batched(2) });
    for (const key of ['a', 'b', 'c']) void heartbeat.ping(key);
    leaver.exit(0);
    expect(sent.map(([one]) => one?.body)).toEqual(['["a success","b success"]', '["c success"]']);
    expect(outcomes).toEqual(['a success accepted', 'b success accepted', 'c success accepted']);
  });
});

describe('a monitor that the service must be asked for', () => {
  const resolving = (): Provider =>
    plainProvider(
      {},
      {
        secrets: { token: 'a-long-secret' },
        resolve: {
          ttlMs: 60_000,
          needed: (key) => key !== 'known',
          toRequest: (key) => ({ method: 'GET', url: `https://plain.example/resolve/${key}` }),
          interpret: ({ status }, key) =>
            status === 200
              ? { status: 'resolved', target: `id-${key}` }
              : { status: 'misconfigured', reason: 'unknown-monitor', message: 'there is none' },
        },
      },
    );
  const urls = (sent: readonly (readonly ExitRequest[])[]): readonly string[] =>
    sent.flat().map(({ url }) => url.replace('https://plain.example/', ''));

  it('is asked for, once for all of its pings, before they leave', () => {
    const { heartbeat, leaver, sent } = leavingClient({ provider: resolving() });
    void heartbeat.ping('import');
    void heartbeat.ping('import');
    void heartbeat.ping('known');
    leaver.exit(0);
    expect(urls(sent)[0]).toBe('resolve/import');
    expect(urls(sent).slice(1).toSorted()).toEqual([
      'import/success',
      'import/success',
      'known/success',
    ]);
  });

  it('is not asked for where its id is known already', async () => {
    const { heartbeat, leaver, sent, clock, transport } = leavingClient({ provider: resolving() });
    transport.answerWith(({ url }) => (url.includes('/resolve/') ? respond(200) : undefined));
    heartbeat.start('import', { sendStart: false }).success();
    await clock.settle();
    heartbeat.start('import', { sendStart: false }).success();
    leaver.exit(0);
    expect(urls(sent)).not.toContain('resolve/import');
    expect(urls(sent).length).toBeGreaterThan(0);
  });

  it.each([
    ['does not answer', 0],
    ['does not know it', 404],
  ])('keeps its pings from leaving when the service %s', (_name, status) => {
    const { heartbeat, leaver, sent } = leavingClient({ provider: resolving() }, answered(status));
    void heartbeat.ping('import');
    leaver.exit(0);
    expect(urls(sent)).toEqual(['resolve/import']);
  });
});

describe('secrets at the end', () => {
  const withSecret = (source: () => string | Promise<string>): Provider => ({
    ...plainProvider({ ...plainCapabilities }),
    secrets: { token: source },
  });

  it('are asked for when nobody needed them before', () => {
    const { heartbeat, leaver, words } = leavingClient({
      provider: withSecret(() => 'a-long-secret'),
    });
    void heartbeat.ping('import');
    leaver.exit(0);
    expect(words()).toEqual(['import success']);
  });

  it.each([
    ['a promise', () => Promise.resolve('a-long-secret')],
    [
      'an error',
      () => {
        throw new Error('no vault');
      },
    ],
  ])('cannot be waited for: with %s nothing leaves', (_name, source) => {
    const { heartbeat, leaver, words, outcomes } = leavingClient({
      provider: withSecret(source),
    });
    void heartbeat.ping('import');
    leaver.exit(0);
    expect(words()).toEqual([]);
    expect(outcomes).toEqual(['import success exit-budget']);
  });
});

describe('request analytics at the end', () => {
  const event = { method: 'GET', path: '/', statusCode: 200, responseTimeMs: 1 };

  it('leave in one last request', () => {
    const { heartbeat, leaver, sent } = leavingClient({
      provider: peekapi({ apiKey: 'pk-key' }),
      spool: false,
    });
    heartbeat.track(event);
    expect(leaver.busy).toBe(true);
    leaver.exit(0);
    expect(sent).toHaveLength(1);
    expect(sent[0]?.[0]?.body).toContain('"/"');
  });

  it('do not leave where their secret cannot be had any more', () => {
    const { heartbeat, leaver, sent } = leavingClient({
      provider: peekapi({ apiKey: () => Promise.resolve('pk-key') }),
      spool: false,
    });
    heartbeat.track(event);
    leaver.exit(0);
    expect(sent).toEqual([]);
  });

  it('are left alone where there are none, while pings leave', () => {
    const { heartbeat, leaver, sent } = leavingClient({
      provider: [peekapi({ apiKey: 'pk-key' }), plainProvider()],
      spool: false,
    });
    void heartbeat.ping('import');
    leaver.exit(0);
    expect(sent.flat().map(({ url }) => url)).toEqual(['https://plain.example/import/success']);
  });

  it('stay on the disk, where the next process finds them', () => {
    const directory = mkdtempSync(join(tmpdir(), 'lubdub-leaver-'));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const { heartbeat, leaver, sent } = leavingClient({
      provider: peekapi({ apiKey: 'pk-key' }),
      spool: { directory },
    });
    heartbeat.track(event);
    leaver.exit(0);
    expect(sent).toEqual([]);
    expect(heartbeat.stats().providers[0]).toMatchObject({ events: { spooled: 1, pending: 0 } });
    const next = leavingClient({ provider: peekapi({ apiKey: 'pk-key' }), spool: { directory } });
    expect(next.heartbeat.stats().providers[0]?.events).toMatchObject({ pending: 1 });
    next.leaver.exit(0);
  });

  it('do not leave after the time was given up', () => {
    const { heartbeat, leaver, sent } = leavingClient({
      provider: peekapi({ apiKey: 'pk-key' }),
      spool: false,
    });
    heartbeat.track(event);
    leaver.giveUp();
    leaver.exit(0);
    expect(sent).toEqual([]);
  });
});

describe('the natural end', () => {
  it('hurries what waits, and calls back when all of it has gone', async () => {
    const { heartbeat, leaver, clock, transport } = leavingClient();
    heartbeat.start('import', { sendStart: false }).success();
    await clock.settle();
    let done = 0;
    leaver.hurry(() => (done += 1));
    expect(done).toBe(0);
    transport.release(respond(200));
    await clock.settle();
    expect([done, leaver.busy]).toEqual([1, false]);
  });

  it('calls back only when the last of several services has everything', async () => {
    const slow = plainProvider({}, { name: 'slow', origins: ['https://slow.example'] });
    const { heartbeat, leaver, clock, transport } = leavingClient({
      provider: [plainProvider(), slow],
    });
    heartbeat.start('import', { sendStart: false }).success();
    await clock.settle();
    let done = 0;
    leaver.hurry(() => (done += 1));
    for (const expected of [0, 1]) {
      transport.release(respond(200));
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      await clock.settle();
      expect(done).toBe(expected);
    }
  });

  it('flushes within the time that it is given', async () => {
    const { heartbeat, leaver, clock } = leavingClient();
    heartbeat.start('import', { sendStart: false }).success();
    const flushed = leaver.flush(500);
    await clock.advance(500);
    await expect(flushed).resolves.toMatchObject({ pending: 1 });
  });
});
