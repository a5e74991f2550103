import { describe, expect, it } from 'vitest';
import { plainProvider } from '../../test/support/engine.ts';
import { createHeartbeat } from '../index.ts';
import type { HeartbeatOptions, Provider } from '../index.ts';
import { cronitor } from '../providers/cronitor.ts';
import { healthchecks } from '../providers/healthchecks.ts';
import { lubdub } from '../providers/lubdub.ts';
import { sentry } from '../providers/sentry.ts';
import { createManualClock } from '../testing/manual-clock.ts';
import { createRecordingTransport, failWith, respond } from '../testing/recording-transport.ts';
import type { RecordingTransport } from '../testing/recording-transport.ts';

const monitors = {
  backup: { schedule: '30 2 * * *', timezone: 'Europe/Berlin', graceMs: 600_000 },
  sync: { id: 'sync-eu', intervalMs: 300_000 },
  plain: 'plain-id',
};

const client = (more: Partial<HeartbeatOptions> = {}) => {
  const transport: RecordingTransport = createRecordingTransport();
  const warnings: string[] = [];
  const note = (message: string): void => {
    warnings.push(message);
  };
  const heartbeat = createHeartbeat({
    provider: lubdub({ upsert: true, monitors }),
    transport,
    logger: { warn: note, error: note },
    ...more,
  });
  const sent = () =>
    transport.requests.map(({ method, url, body }) => [method, new URL(url).pathname, body]);
  return { heartbeat, transport, warnings, sent };
};

describe('upserting declared monitors', () => {
  it('sends what is declared, one after the other, and nothing for a bare id', async () => {
    const { heartbeat, sent } = client();
    await heartbeat.flush();
    await heartbeat.close();
    expect(sent()).toEqual([
      [
        'PUT',
        '/api/v1/monitors/backup',
        '{"schedule":"30 2 * * *","timezone":"Europe/Berlin","graceMs":600000}',
      ],
      ['PUT', '/api/v1/monitors/sync-eu', '{"intervalMs":300000}'],
    ]);
  });

  it('sends pings of a monitor after its upsert was answered, and those of others at once', async () => {
    const { heartbeat, transport, sent } = client();
    const released: (() => void)[] = [];
    const upserting = new Promise<void>((started) => {
      transport.answerWith(({ method }) => {
        if (method !== 'PUT') return respond(200);
        return new Promise((answer) => {
          released.push(() => answer(respond(200)));
          started();
        });
      });
    });
    const fail = heartbeat.ping('sync', { state: 'fail' });
    await upserting;
    expect((await heartbeat.ping('plain')).status).toBe('accepted');
    expect(sent().map(([method]) => method)).toEqual(['PUT', 'POST']);
    transport.answerWith(() => respond(200));
    released[0]?.();
    expect((await fail).status).toBe('accepted');
    expect(sent().map(([method, path]) => `${method} ${path}`)).toEqual([
      'PUT /api/v1/monitors/backup',
      'POST /api/v1/pings',
      'PUT /api/v1/monitors/sync-eu',
      'POST /api/v1/pings',
    ]);
    await heartbeat.close();
  });

  it('lets go what waits for an upsert when the client closes', async () => {
    const { heartbeat, transport } = client();
    transport.answerWith(({ method }) => (method === 'PUT' ? undefined : respond(200)));
    const ping = heartbeat.ping('backup');
    await heartbeat.close(50);
    expect((await ping).status).toBe('dropped');
  });

  it('sends nothing unless the provider was asked to', async () => {
    const { heartbeat, transport } = client({ provider: lubdub({ monitors }) });
    heartbeat.declare('backup', { schedule: '0 4 * * *' });
    await heartbeat.flush();
    await heartbeat.close();
    expect(transport.requests).toEqual([]);
  });

  it('takes what the code declares, over which the provider’s own map wins', async () => {
    const { heartbeat, sent } = client();
    await heartbeat.flush();
    heartbeat.declare('backup', { schedule: '0 4 * * *', maxDurationMs: 60_000 });
    heartbeat.declare('report', { schedule: '0 4 * * *' });
    await heartbeat.flush();
    await heartbeat.close();
    expect(sent().slice(2)).toEqual([
      [
        'PUT',
        '/api/v1/monitors/backup',
        '{"schedule":"30 2 * * *","maxDurationMs":60000,"timezone":"Europe/Berlin","graceMs":600000}',
      ],
      ['PUT', '/api/v1/monitors/report', '{"schedule":"0 4 * * *"}'],
    ]);
  });

  it('never joins the interval of one with the cron expression of the other', async () => {
    const { heartbeat, sent } = client();
    await heartbeat.flush();
    heartbeat.declare('sync', { schedule: '*/5 * * * *', timezone: 'UTC', graceMs: 1_000 });
    heartbeat.declare('report', { schedule: '0 4 * * *', timezone: 'UTC' });
    heartbeat.declare('report', { intervalMs: 60_000 });
    const findings = await heartbeat.verify();
    await heartbeat.flush();
    await heartbeat.close();
    expect(sent().slice(2)).toEqual([
      ['PUT', '/api/v1/monitors/sync-eu', '{"graceMs":1000,"intervalMs":300000}'],
      ['PUT', '/api/v1/monitors/report', '{"intervalMs":60000}'],
    ]);
    expect(findings.map(({ key, message }) => [key, message])).toEqual([
      ['sync', 'intervalMs is declared as 300000, but the code runs it by schedule "*/5 * * * *"'],
    ]);
  });

  it('tells Sentry the schedule in the code with the check-in, where that was asked for', async () => {
    const dsn = 'https://abc@o1.ingest.sentry.io/42';
    const bodies: unknown[] = [];
    for (const upsert of [true, false]) {
      const { heartbeat, transport } = client({ provider: sentry({ dsn, upsert }) });
      heartbeat.declare('report', { schedule: '0 4 * * *', timezone: 'UTC' });
      // oxlint-disable-next-line no-await-in-loop -- one client after the other
      await heartbeat.ping('report');
      // oxlint-disable-next-line no-await-in-loop -- the same
      await heartbeat.close();
      const { body } = transport.requests[0] ?? {};
      bodies.push(body === undefined ? body : JSON.parse(String(body)));
    }
    const config = { schedule: { type: 'crontab', value: '0 4 * * *' }, timezone: 'UTC' };
    expect(bodies).toEqual([expect.objectContaining({ monitor_config: config }), undefined]);
  });

  it('says a cron expression at second 0 in five fields where the service knows no others', async () => {
    const schedule = '0 */5 * * * *';
    const providers = [
      healthchecks({ apiKey: 'hcw_1', pingKey: 'pk', upsert: true }),
      cronitor({ apiKey: 'cronitor-key', upsert: true }),
      sentry({ dsn: 'https://abc@o1.ingest.sentry.io/42', upsert: true }),
    ];
    for (const provider of providers) {
      const { heartbeat, transport, warnings } = client({ provider });
      heartbeat.declare('report', { schedule });
      // oxlint-disable-next-line no-await-in-loop -- one client after the other
      await heartbeat.ping('report');
      // oxlint-disable-next-line no-await-in-loop -- the same
      await heartbeat.close();
      const told = transport.requests.map(({ body }) => body).join();
      expect([provider.name, told]).toEqual([
        provider.name,
        expect.stringContaining('"*/5 * * * *"'),
      ]);
      expect(warnings).toEqual([]);
    }
    const declared = client({
      provider: lubdub({ monitors: { report: { schedule: '*/5 * * * *' } } }),
    });
    declared.heartbeat.declare('report', { schedule });
    expect(await declared.heartbeat.verify()).toEqual([]);
    await declared.heartbeat.close();
  });

  it('tells Sentry no schedule that it cannot read, and says so', async () => {
    const dsn = 'https://abc@o1.ingest.sentry.io/42';
    const { heartbeat, transport, warnings } = client({ provider: sentry({ dsn, upsert: true }) });
    heartbeat.declare('report', { schedule: '*/10 * * * * *' });
    heartbeat.run('report', () => undefined);
    await heartbeat.close();
    expect(transport.requests.map(({ method }) => method)).toEqual(['GET', 'GET']);
    expect(warnings.join()).toMatch(/5 fields/u);
  });

  it('tries again after an outage, and lets pings go their way meanwhile', async () => {
    const clock = createManualClock();
    const { heartbeat, transport } = client({ clock, retry: { baseMs: 100 } });
    transport.answerWith(({ method }) => (method === 'PUT' ? failWith('refused') : respond(200)));
    await clock.advance(0);
    const pinged = heartbeat.ping('backup');
    await clock.advance(10);
    expect((await pinged).status).toBe('accepted');
    transport.answerWith(() => respond(200));
    await clock.advance(60_000);
    const paths = transport.requests
      .filter(({ method }) => method === 'PUT')
      .map(({ url }) => url.split('/').at(-1));
    expect(new Set(paths)).toEqual(new Set(['backup', 'sync-eu']));
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
  });

  it('waits as long as the service asks for', async () => {
    const clock = createManualClock();
    const provider = lubdub({ upsert: true, monitors: { sync: { intervalMs: 300_000 } } });
    const { heartbeat, transport } = client({ clock, provider, retry: { baseMs: 100 } });
    for (const [status, header, leastMs] of [
      [429, '120', 120_000],
      [503, new Date(clock.wallMs() + 200_000).toUTCString(), 80_000],
    ] as const) {
      const before = transport.requests.length;
      transport.answerWith(() => respond(status, '', { 'retry-after': header }));
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      await clock.advance(leastMs - 1_000);
      expect(transport.requests).toHaveLength(before + 1);
      transport.answerWith(() => respond(200));
      // oxlint-disable-next-line no-await-in-loop -- the same
      await clock.advance(1_000);
      expect(transport.requests).toHaveLength(before + 2);
      heartbeat.declare('sync', { graceMs: leastMs });
    }
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
  });

  it('reports a refusal as a misconfiguration and does not repeat it', async () => {
    const { heartbeat, transport, warnings } = client({
      provider: healthchecks({
        apiKey: 'hcw_secret',
        pingKey: 'pk',
        upsert: true,
        monitors: { backup: { graceMs: 60_000 } },
      }),
    });
    transport.answerWith(() => respond(401));
    await heartbeat.flush();
    await expect(heartbeat.ready()).rejects.toThrow(/ERR_LUBDUB_MISCONFIGURED/u);
    await heartbeat.close();
    expect(transport.requests).toHaveLength(1);
    expect(warnings.join()).toMatch(/could not be upserted/u);
    expect(warnings.join()).not.toContain('hcw_secret');
  });

  it('refuses a schedule that the service cannot read before it is sent', async () => {
    const { heartbeat, transport, warnings } = client({
      provider: cronitor({ apiKey: 'cronitor-key', upsert: true }),
    });
    heartbeat.declare('backup', { schedule: '*/10 * * * * *' });
    await heartbeat.flush();
    await heartbeat.close();
    expect(transport.requests).toEqual([]);
    expect(warnings.join()).toMatch(/5 fields/u);
  });

  it.each([
    [{ reason: 'plan', message: 'not in this plan' }, 'not in this plan'],
    [{ reason: 'plan' }, 'plan'],
    [{}, 'rejected'],
  ])('says of a refusal with %j why: %s', async (said, why) => {
    const provider = plainProvider(
      {},
      {
        upsertDeclared: true,
        upsert: {
          toRequest: () => ({ method: 'PUT', url: 'https://plain.example/monitors' }),
          interpret: () => ({ status: 'rejected', ...said }),
        },
      },
    );
    const { heartbeat, warnings } = client({ provider });
    heartbeat.declare('backup', { intervalMs: 60_000 });
    await heartbeat.flush();
    await heartbeat.close();
    expect(warnings.join()).toContain(`it could not be upserted: ${why}`);
  });
});

describe('an upsert on its way', () => {
  const one = (): Provider => lubdub({ upsert: true, monitors: { sync: { intervalMs: 300_000 } } });

  it('is waited for by a flush, at every provider', async () => {
    const clock = createManualClock();
    const other = lubdub({
      baseUrl: 'https://other.example',
      upsert: true,
      monitors: { sync: { intervalMs: 300_000 } },
    });
    const { heartbeat, transport } = client({ clock, provider: [one(), other] });
    transport.answerWith(() => undefined);
    let flushed = false;
    const flushing = heartbeat.flush(60_000).then(() => (flushed = true));
    await clock.settle();
    for (const over of [false, true]) {
      expect([transport.requests.length, flushed]).toEqual([2, false]);
      transport.release(respond(200));
      // oxlint-disable-next-line no-await-in-loop -- one answer after the other
      await clock.settle();
      expect(flushed).toBe(over);
    }
    await flushing;
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
  });

  it('is not tried again after the client was closed', async () => {
    const clock = createManualClock();
    const { heartbeat, transport } = client({ clock, provider: one() });
    transport.answerWith(() => failWith('refused'));
    await clock.advance(0);
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
    const { length } = transport.requests;
    await clock.advance(3_600_000);
    expect(transport.requests).toHaveLength(length);
  });

  it('that fails is followed by what the code has declared meanwhile, and by nothing older', async () => {
    const clock = createManualClock();
    const { heartbeat, transport, sent } = client({ clock, provider: one() });
    transport.answerWith(() => undefined);
    await clock.settle();
    heartbeat.declare('sync', { graceMs: 1_000 });
    transport.answerWith(() => respond(200));
    transport.release(failWith('reset'));
    await clock.advance(60_000);
    expect(sent().map(([, , body]) => body)).toEqual([
      '{"intervalMs":300000}',
      '{"graceMs":1000,"intervalMs":300000}',
    ]);
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
  });

  it('holds no ping of a monitor that is declared in an outage', async () => {
    const clock = createManualClock();
    const { heartbeat, transport } = client({ clock, provider: one() });
    transport.answerWith(({ method }) => (method === 'PUT' ? failWith('refused') : respond(200)));
    await clock.settle();
    heartbeat.declare('report', { intervalMs: 60_000 });
    const ping = heartbeat.ping('report');
    await clock.settle();
    expect((await ping).status).toBe('accepted');
    const closing = heartbeat.close(0);
    await clock.advance(10);
    await closing;
  });
});
