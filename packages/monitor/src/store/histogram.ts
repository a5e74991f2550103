/** Slots grow by a fifth, so that a value read back from its slot is within 10 % of what went in. */
const growth = Math.log(1.2);
const slots = 100;

/** The slot of a duration, 0 (up to 0.1 ms) to 100 (over 2 hours). */
export const slotOf = (durationMs: number): number =>
  durationMs <= 0.1 ? 0 : Math.min(slots, Math.ceil(Math.log(durationMs / 0.1) / growth));

/** The middle of a slot in milliseconds. */
export const slotMs = (slot: number): number =>
  slot === 0 ? 0.1 : 0.1 * Math.exp((slot - 0.5) * growth);

/** Reads a percentile (`share` 0 to 1) from counts by slot; `null` when there are none. */
export const percentileOf = (counts: ReadonlyMap<number, number>, share: number): number | null => {
  let total = 0;
  for (const count of counts.values()) total += count;
  if (total === 0) return null;
  let seen = 0;
  for (const [slot, count] of [...counts].toSorted(([a], [b]) => a - b)) {
    seen += count;
    if (seen >= total * share) return slotMs(slot);
  }
  return null;
};
