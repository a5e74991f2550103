import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createFactories } from '../src/client/create.ts';
import type { HeartbeatClient, Provider, TransportResult } from '../src/index.ts';
import { nodePlatform } from '../src/platform/node.ts';
import type { SpoolDisk } from '../src/spool/disk.ts';
import { openSpool } from '../src/spool/open-spool.ts';
import {
  createManualClock,
  createRecordingTransport,
  failWith,
  respond,
} from '../src/testing/index.ts';
import { MemoryDisk, ProcessDisk } from './support/memory-disk.ts';
import { everyProvider } from './provider-table.ts';

const directory = '/spool/lubdub';

/** The disk of a process, and every text that it was ever given: what is removed later was there too. */
const watched = (own: ProcessDisk, told: string[]): SpoolDisk =>
  new Proxy(own, {
    get(target, name) {
      const value = Reflect.get(target, name) as unknown;
      if (typeof value !== 'function') return value;
      return (...given: unknown[]): unknown => {
        for (const one of given) if (typeof one === 'string') told.push(one);
        return Reflect.apply(value, target, given);
      };
    },
  });

const secretText = fc
  .string({ unit: 'grapheme-ascii', minLength: 8, maxLength: 40 })
  .filter((text) => text.trim().length >= 8 && !/^[\w ]{0,9}$/u.test(text));

/** Another secret beside the id. */
const webhookOf = (id: string): string => id.slice(18) + id.slice(0, 18);

/** The provider with every secret that it can have: its own, ids that are secrets, webhooks of alerts. */
const withSecrets = (provider: Provider, secret: string, id: string): Provider => {
  const { alert, targetIsSecret = false } = provider;
  const hidesId = typeof targetIsSecret === 'function' ? targetIsSecret(id) : targetIsSecret;
  const names = Object.keys(provider.secrets ?? {});
  return {
    ...provider,
    secrets: Object.fromEntries(names.map((name) => [name, secret])),
    monitors: hidesId ? { declared: id } : {},
    ...(alert?.secretTargets === undefined
      ? {}
      : { alert: { ...alert, secretTargets: { pager: webhookOf(id) } } }),
  };
};

const answersWith = (text: string): readonly TransportResult[] => [
  respond(200, JSON.stringify({ message: text })),
  respond(401, JSON.stringify({ error: text, [text]: 1 })),
  respond(500, text),
  respond(429, text, { 'retry-after': '600' }),
  { ...failWith('refused'), message: text } as TransportResult,
];

/** Puts the secrets wherever a user can put them. */
const leak = (heartbeat: HeartbeatClient, keys: readonly string[], text: string): void => {
  for (const key of keys) {
    const run = heartbeat.start(key, { metadata: { text, [text]: { deep: [text] } } });
    run.log(`using ${text}`, { text });
    run.fail(new Error(`could not reach https://x/${encodeURIComponent(text)}`));
    // Left open: the journal has it.
    heartbeat.start(key, { groupKey: text }).log(text);
    const fields = { message: text, groupKey: text, metadata: { list: [{ text }] } };
    void heartbeat.ping(key, { state: 'success', ...fields }).catch(() => undefined);
    void heartbeat.ping(key, { state: 'fail', ...fields }).catch(() => undefined);
  }
  const event = { method: 'GET', statusCode: 200, responseTimeMs: 1 };
  const path = `/a?key=${encodeURIComponent(text)}`;
  heartbeat.track({ ...event, path, consumerId: text, metadata: { [text]: text } });
};

/** Two processes one after the other, the first of which is killed. Returns all that the disk was told. */
const lives = async (provider: Provider, text: string, keys: readonly string[], which: number) => {
  const disk = new MemoryDisk();
  const clock = createManualClock();
  const told: string[] = [];
  for (const ends of [false, true]) {
    const own = new ProcessDisk(disk, () => clock.wallMs());
    const { createHeartbeat } = createFactories({
      ...nodePlatform,
      attach: () => () => undefined,
      openSpool: (parts) => openSpool(parts, watched(own, told)),
    });
    const heartbeat = createHeartbeat({
      provider,
      clock,
      transport: createRecordingTransport(() => answersWith(text)[which]),
      captureErrors: 'stack',
      spool: { directory, flushMs: 0 },
      retry: { maxAttempts: 2 },
      logger: { warn: () => undefined, error: () => undefined },
    });
    leak(heartbeat, keys, text);
    // oxlint-disable no-await-in-loop -- one process after the other
    await clock.advance(5);
    own.arrive();
    await clock.advance(1_000);
    own.arrive();
    if (ends) {
      const closing = heartbeat.close(10);
      await clock.advance(20);
      await closing;
    } else own.kill(1_000);
    await clock.advance(40_000);
    // oxlint-enable no-await-in-loop
  }
  return told.join('\n');
};

describe('every byte that the disk is told, names of files included', () => {
  for (const provider of everyProvider()) {
    it(`holds no secret of ${provider.name}, on good and on bad days`, async () => {
      let most = 0;
      await fc.assert(
        fc.asyncProperty(secretText, fc.uuid(), fc.nat(4), async (secret, id, which) => {
          const armed = withSecrets(provider, secret, id);
          const isId = Object.keys(armed.monitors ?? {}).length > 0;
          const hidden = [
            ...(Object.keys(armed.secrets ?? {}).length > 0 ? [secret] : []),
            ...(isId ? [id] : []),
            ...(armed.alert?.secretTargets === undefined ? [] : [webhookOf(id)]),
          ];
          const keys = isId ? ['declared', id] : ['nightly'];
          const text = `a ${secret} b ${id} c ${webhookOf(id)} d`;
          const told = await lives(armed, text, keys, which);
          most = Math.max(most, told.length);
          for (const one of hidden)
            for (const form of [one, JSON.stringify(one).slice(1, -1), encodeURIComponent(one)])
              expect(told).not.toContain(form);
          // What is no secret, and was not delivered, is there: the test looks in the right place.
          const mustBeThere = hidden.length === 0 && which >= 2;
          expect(told.includes(id) || !mustBeThere).toBe(true);
        }),
        { numRuns: 12 },
      );
      expect(most).toBeGreaterThan(1_000);
    });
  }
});
