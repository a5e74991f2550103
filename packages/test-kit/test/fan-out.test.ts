import { createHeartbeat } from '@lubdub/core';
import { exemplar } from '@lubdub/core/providers/exemplar';
import { opsgenie } from '@lubdub/core/providers/opsgenie';
import { opshift } from '@lubdub/core/providers/opshift';
import { steadycron } from '@lubdub/core/providers/steadycron';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { until } from '../src/eventually.ts';
import {
  startExemplar,
  startOpshift,
  startReceiver,
  startSteadycron,
} from '../src/receivers/index.ts';
import type {
  ExemplarReceiver,
  OpshiftReceiver,
  Receiver,
  SteadycronReceiver,
} from '../src/receivers/index.ts';

const id = '69c3a0754e257b7d18094f9a';
const secret = '0123456789abcdef'.repeat(4);
let beats: ExemplarReceiver;
let crons: SteadycronReceiver;
let incidents: OpshiftReceiver;
let genie: Receiver;

beforeEach(async () => {
  beats = await startExemplar({ apiKeys: ['token-1'], monitors: [id] });
  crons = await startSteadycron({
    apiKey: 'sc_ro_1',
    monitors: [{ key: 'backup', token: 'tok-1' }],
  });
  incidents = await startOpshift({ secrets: [secret], tokens: ['ping-1'] });
  genie = await startReceiver(() => ({ status: 202 }));
});
afterEach(async () => {
  await Promise.all([beats.close(), crons.close(), incidents.close(), genie.close()]);
});

const all = () => [
  exemplar({ apiKey: 'token-1', baseUrl: beats.url, monitors: { backup: id } }),
  steadycron({ apiKey: 'sc_ro_1', apiUrl: crons.url, pingUrl: crons.url }),
  opshift({ secret, baseUrl: incidents.url, monitors: { backup: 'ping-1' } }),
];

describe('several providers at once', () => {
  it('each hear what they can, under their own id of the monitor', async () => {
    const heartbeat = createHeartbeat({ provider: all() });
    await expect(
      heartbeat.run('backup', () => Promise.reject(new Error('disk full'))),
    ).rejects.toThrow('disk full');
    await heartbeat.close();
    expect(beats.beats).toEqual([]);
    expect(crons.pings.map(({ state, token }) => [state, token])).toEqual([
      ['start', 'tok-1'],
      ['fail', 'tok-1'],
    ]);
    expect(incidents.events.map(({ target, body }) => [target, body['status']])).toEqual([
      ['ping-1', 'down'],
    ]);
  });

  it('each have their own outcome, and the worst is the whole', async () => {
    incidents.override = () => ({ status: 400, body: { error: 'no' } });
    const heartbeat = createHeartbeat({ provider: all() });
    const outcome = await heartbeat.ping('backup');
    await heartbeat.close();
    expect(
      outcome.providers.map(({ provider, status }) => `${provider} ${status}`).toSorted(),
    ).toEqual(['exemplar accepted', 'opshift rejected', 'steadycron accepted']);
    expect(outcome.status).toBe('rejected');
  });

  it('do not wait for one that hangs', async () => {
    crons.apiDown = 'hang';
    const heartbeat = createHeartbeat({ provider: all() });
    let sent = 0;
    heartbeat.on('ping-sent', () => (sent += 1));
    const pinged = heartbeat.ping('backup', { deadlineMs: 600_000 });
    await until(() => sent === 2, 'the answers of the other two');
    await heartbeat.close(0);
    const outcome = await pinged;
    expect(
      outcome.providers
        .filter(({ status }) => status === 'accepted')
        .map(({ provider }) => provider)
        .toSorted(),
    ).toEqual(['exemplar', 'opshift']);
  });

  it('move from Opsgenie to its successor by configuration', async () => {
    const heartbeat = createHeartbeat({
      provider: [opsgenie({ apiKey: 'genie-1', baseUrl: genie.url }), ...all().slice(1)],
    });
    await heartbeat.run('backup', () => Promise.resolve());
    await heartbeat.close();
    expect(genie.requests.map(({ path }) => path)).toEqual(['/v2/heartbeats/backup/ping']);
    expect(crons.pings.map(({ state }) => state)).toEqual(['start', 'success']);
    expect(incidents.events.map(({ body }) => body['status'])).toEqual(['up']);
  });
});
