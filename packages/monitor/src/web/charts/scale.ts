/** A number with at most two decimals, for a position in percent. */
export const position = (value: number): string => String(Math.round(value * 100) / 100);

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 15_000, 30_000, 60_000, 120_000,
  300_000, 600_000, 900_000, 1_800_000, 3_600_000, 7_200_000, 10_800_000, 21_600_000, 43_200_000,
  86_400_000,
] as const;

/** Marks of a time axis that starts at 0: at most four, at round durations; the last one is not below `maxMs`. */
export const durationTicks = (maxMs: number): readonly number[] => {
  const step =
    steps.find((candidate) => candidate * 4 >= maxMs) ??
    Math.ceil(maxMs / 4 / 86_400_000) * 86_400_000;
  const last = Math.max(1, Math.ceil(maxMs / step));
  return Array.from({ length: last + 1 }, (_, index) => index * step);
};

/** The middle of a list, or `null` of an empty one. */
export const median = (values: readonly number[]): number | null => {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
};
