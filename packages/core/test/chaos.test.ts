import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Provider, Run } from '../src/index.ts';
import { withChaos } from '../src/testing/index.ts';
import { createManualClock, createRecordingTransport, respond } from '../src/testing/index.ts';
import { createEngine, plainProvider, type Told } from './support/engine.ts';

const batched = (): Provider => {
  const one = plainProvider({ clientTimestamp: true });
  return {
    ...one,
    batch: {
      maxPings: 7,
      maxBytes: 100_000,
      toRequest: (pings, contextOf) => ({
        method: 'POST',
        url: 'https://plain.example/batch',
        body: `[${pings.map((ping) => one.toRequest(ping, contextOf(ping)).body).join(',')}]`,
      }),
      interpret: (response, pings) => pings.map((ping) => one.interpret(response, ping)),
    },
  };
};

interface Service {
  readonly name: string;
  readonly provider: () => Provider;
  /** A batch whose answer was lost is sent again as a whole, under the same ping ids. */
  readonly repeats?: boolean;
}

const services: readonly Service[] = [
  { name: 'a service that believes what it hears last', provider: () => plainProvider() },
  {
    name: 'a service that takes the time',
    provider: () => plainProvider({ clientTimestamp: true }),
  },
  { name: 'a service that takes batches', provider: batched, repeats: true },
];

type Step =
  | { readonly do: 'start'; readonly key: string }
  | { readonly do: 'end'; readonly which: number; readonly fail: boolean }
  | { readonly do: 'log'; readonly which: number }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constant('start' as const), key: fc.constantFrom('a', 'b', 'c') }),
  fc.record({ do: fc.constant('end' as const), which: fc.nat(20), fail: fc.boolean() }),
  fc.record({ do: fc.constant('log' as const), which: fc.nat(20) }),
  fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1, 50, 700, 4_000, 60_000) }),
);

const toldBy = (body: string | undefined): readonly Told[] =>
  ([] as Told[]).concat(JSON.parse(body ?? '[]') as Told | Told[]);

/** What one story of runs came to, under chaos and then calm. */
const live = async (provider: Provider, seed: number, maxPings: number, steps: readonly Step[]) => {
  const arrived: Told[] = [];
  const inner = createRecordingTransport((request) => {
    arrived.push(...toldBy(request.body));
    return respond(200);
  });
  const clock = createManualClock();
  const chaos = withChaos(inner, { seed, clock });
  const { heartbeat } = createEngine({
    provider,
    clock,
    transport: chaos,
    queue: { maxPings, maxBytes: 100_000 },
    retry: { maxAttempts: 1_000 },
  });
  const queued = new Set<string>();
  const outcomes = new Map<string, string[]>();
  const terminals = new Map<string, string>();
  heartbeat.on('ping-queued', ({ ping }) => queued.add(ping.id));
  for (const name of ['ping-sent', 'ping-failed', 'ping-dropped'] as const)
    heartbeat.on(name, ({ ping, outcome }) => {
      const told = `${outcome.status} ${outcome.reason ?? ''}`.trim();
      outcomes.set(ping.id, [...(outcomes.get(ping.id) ?? []), told]);
      if (ping.state === 'success' || ping.state === 'fail')
        terminals.set(String(ping.runId), told);
    });
  const open: Run[] = [];
  let mostPending = 0;
  for (const one of steps) {
    if (one.do === 'start') open.push(heartbeat.start(one.key));
    else if (one.do === 'wait') {
      // oxlint-disable-next-line no-await-in-loop -- one step after the other
      await clock.advance(one.ms);
    } else if (open.length > 0) {
      const at = one.which % open.length;
      if (one.do === 'log') open[at]?.log('on the way');
      else {
        const [run] = open.splice(at, 1);
        if (one.fail) run?.fail(new Error('no'));
        else run?.success();
      }
    }
    mostPending = Math.max(mostPending, heartbeat.stats().pending);
  }
  for (const run of open.splice(0)) run.success();
  chaos.calm();
  await clock.advance(3 * 3_600_000);
  return { arrived, queued, outcomes, terminals, mostPending, stats: heartbeat.stats() };
};

describe.each(services)('under chaos, at $name', ({ provider, repeats = false }) => {
  const story = fc.tuple(
    fc.integer(),
    fc.constantFrom(12, 1_000),
    fc.array(step, { minLength: 5, maxLength: 60 }),
  );
  it('every ping has exactly one outcome, and the counters add up', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ([seed, maxPings, steps]) => {
        const { queued, outcomes, stats, mostPending } = await live(
          provider(),
          seed,
          maxPings,
          steps,
        );
        expect([...outcomes.keys()].toSorted()).toEqual([...queued].toSorted());
        for (const told of outcomes.values()) expect(told).toHaveLength(1);
        const [plain] = stats.providers;
        const total = Object.values(plain?.outcomes ?? {}).reduce((sum, count) => sum + count, 0);
        expect([total, stats.pings, stats.pending]).toEqual([queued.size, queued.size, 0]);
        const drops = Object.values(plain?.dropped ?? {}).reduce((sum, count) => sum + count, 0);
        expect(drops).toBe(plain?.outcomes.dropped ?? 0);
        const { runs } = stats;
        expect(runs.started).toBe(runs.succeeded + runs.failed);
        expect(mostPending).toBeLessThanOrEqual(maxPings);
      }),
      { numRuns: 60 },
    );
  });

  it('no start follows the end of its run, and every run that was begun is ended', async () => {
    await fc.assert(
      fc.asyncProperty(story, async ([seed, , steps]) => {
        const { arrived, terminals } = await live(provider(), seed, 1_000, steps);
        const begun = new Set<string>();
        const ended = new Set<string>();
        const overtaken: string[] = [];
        for (const { state, run } of arrived) {
          const id = String(run);
          if (state === 'start') {
            if (ended.has(id) && !(repeats && begun.has(id))) overtaken.push(id);
            begun.add(id);
          } else if (state !== 'log') ended.add(id);
        }
        expect(overtaken).toEqual([]);
        const all = [...terminals];
        const accepted = all.filter(([, told]) => told === 'accepted').map(([id]) => id);
        expect(accepted.filter((id) => !ended.has(id))).toEqual([]);
        // A success that grew stale is withheld and counted; nothing else may keep the end of a begun run back.
        const withheld = all.filter(([id, told]) => begun.has(id) && told !== 'accepted');
        expect(withheld.filter(([, told]) => told !== 'dropped stale')).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });
});
