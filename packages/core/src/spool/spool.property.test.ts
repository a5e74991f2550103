import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Step, World } from '../../test/support/spool-model.ts';

const sequences = Number(process.env['LUBDUB_SPOOL_SEQUENCES'] ?? 400);

/** Histories that once broke a rule. */
const once: Step[][] = [
  // An end that went through alone took a full disk for mended, and the records that waited stayed behind.
  [
    { do: 'write', process: 0, count: 2 },
    { do: 'fill', room: 15 },
    { do: 'pass', ms: 70_000, slow: false },
    { do: 'mend' },
    { do: 'send', process: 0, which: 0 },
    { do: 'answer', process: 0, which: 0 },
    { do: 'pass', ms: 300, slow: false },
    { do: 'kill', process: 0, characters: 0 },
  ],
  // Taken over twice by a clock that was set back: the write on its way had the numbers that the third owner gave out.
  [
    { do: 'write', process: 0, count: 2 },
    { do: 'close', process: 0 },
    { do: 'rewrite', process: 0, which: 0 },
    { do: 'pass', ms: 12_000, slow: true },
    { do: 'jump', ms: -86_400_000 },
    { do: 'kill', process: 1, characters: 0 },
    { do: 'rewrite', process: 1, which: 7 },
  ],
  // Taken over in the same way: both owners wrote the ping once more, and both of these were sent.
  [
    { do: 'write', process: 0, count: 1 },
    { do: 'pass', ms: 300, slow: false },
    { do: 'rewrite', process: 0, which: 0 },
    { do: 'pass', ms: 12_000, slow: true },
    { do: 'jump', ms: -86_400_000 },
    { do: 'kill', process: 1, characters: 0 },
    { do: 'rewrite', process: 1, which: 0 },
    { do: 'close', process: 1 },
  ],
];

const process_ = fc.nat({ max: 1 });
const which = fc.nat({ max: 30 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('write' as const),
      process: process_,
      count: fc.integer({ min: 1, max: 8 }),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('send' as const), process: process_, which }),
  },
  {
    weight: 8,
    arbitrary: fc.record({ do: fc.constant('answer' as const), process: process_, which }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constantFrom('keep' as const, 'rewrite' as const),
      process: process_,
      which,
    }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 50, 150, 300, 2_000, 12_000, 70_000),
      slow: fc.boolean(),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('kill' as const),
      process: process_,
      characters: fc.nat({ max: 5_000 }),
    }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('close' as const, 'freeze' as const, 'flush' as const),
      process: process_,
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('jump' as const),
      ms: fc.constantFrom(-86_400_000, -40_000, 40_000, 86_400_000),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('fill' as const), room: fc.nat({ max: 500 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('lock' as const, 'mend' as const, 'mend' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('damage' as const),
      file: fc.nat({ max: 5 }),
      at: fc.nat({ max: 5_000 }),
    }),
  },
);

describe('the spool under crashes', () => {
  it(
    `loses nothing that was written and repeats nothing that was answered, in ${sequences} histories`,
    { timeout: 60_000 + sequences * 50 },
    () => {
      fc.assert(
        fc.property(fc.array(step, { maxLength: 60, size: 'max' }), (steps) => {
          const world = new World();
          for (const one of steps) world.take(one);
          world.finish();
          expect(world.faults).toEqual([]);
        }),
        { numRuns: sequences, examples: once.map((steps) => [steps]) },
      );
    },
  );
});
