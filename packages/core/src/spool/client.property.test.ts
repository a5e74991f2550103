import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ClientStep, ClientWorld } from '../../test/support/client-model.ts';

const sequences = Number(process.env['LUBDUB_SPOOL_SEQUENCES'] ?? 300);

const process_ = fc.nat({ max: 1 });
const step = (weight: number, shape: Record<string, fc.Arbitrary<unknown>>) => ({
  weight,
  arbitrary: fc.record(shape) as fc.Arbitrary<ClientStep>,
});
const steps = fc.array(
  fc.oneof(
    step(8, {
      do: fc.constant('begin'),
      process: process_,
      count: fc.integer({ min: 1, max: 4 }),
    }),
    step(8, {
      do: fc.constant('end'),
      process: process_,
      which: fc.nat({ max: 30 }),
      well: fc.boolean(),
    }),
    step(9, {
      do: fc.constant('pass'),
      ms: fc.constantFrom(1, 50, 150, 300, 2_000, 12_000, 26_000, 70_000),
      slow: fc.oneof({ weight: 3, arbitrary: fc.constant(false) }, fc.boolean()),
    }),
    step(4, { do: fc.constant('service'), mood: fc.constantFrom('up', 'down', 'down', 'silent') }),
    step(4, { do: fc.constant('kill'), process: process_, characters: fc.nat({ max: 5_000 }) }),
    step(3, { do: fc.constantFrom('exit', 'freeze'), process: process_ }),
    step(2, {
      do: fc.constant('jump'),
      ms: fc.constantFrom(-86_400_000, -40_000, 40_000, 70_000, 86_400_000),
    }),
    step(1, { do: fc.constant('fill'), room: fc.nat({ max: 500 }) }),
    step(2, { do: fc.constantFrom('lock', 'mend', 'mend') }),
    step(1, { do: fc.constant('damage'), file: fc.nat({ max: 5 }), at: fc.nat({ max: 5_000 }) }),
  ),
  { maxLength: 40, size: 'max' },
);

describe('a client on a spool', () => {
  it(
    `loses no end, tells none twice and nothing stale as fresh, in ${sequences} histories`,
    { timeout: 60_000 + sequences * 100 },
    () => {
      const seen = { delivered: 0, repeated: 0, stale: 0, takeovers: 0 };
      fc.assert(
        fc.property(fc.boolean(), steps, (takesTime, all) => {
          const world = new ClientWorld(takesTime);
          for (const one of all) world.take(one);
          world.finish();
          expect(world.fates.faults).toEqual([]);
          seen.delivered += world.fates.delivered;
          seen.repeated += world.fates.repeated;
          seen.takeovers += world.fates.takeovers;
          if (!takesTime) seen.stale += world.fates.stale;
        }),
        { numRuns: sequences },
      );
      console.log(`${sequences} histories of clients: ${JSON.stringify(seen)}`);
      // Each of the rules was put to the test.
      for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0);
    },
  );
});
