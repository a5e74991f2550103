/** Lets so many through per name and window. */
export interface SlidingLimit {
  /** @returns 0 when it may pass, otherwise in how many milliseconds it may. */
  take(name: string, nowMs: number): number;
}

const keptNames = 50_000;

/** Counts the last `windowMs` exactly; names that have been silent for a window are forgotten. */
export const createSlidingLimit = (max: number, windowMs: number): SlidingLimit => {
  const taken = new Map<string, number[]>();
  const forget = (nowMs: number): void => {
    for (const [name, times] of taken) {
      if ((times.at(-1) ?? 0) <= nowMs - windowMs) taken.delete(name);
    }
    // names are checked before they are counted, so a flood of them would have to be of real ones
    if (taken.size >= keptNames) taken.clear();
  };
  return {
    take: (name, nowMs) => {
      if (taken.size >= keptNames) forget(nowMs);
      const times = (taken.get(name) ?? []).filter((time) => time > nowMs - windowMs);
      taken.set(name, times);
      if (times.length >= max) return (times[0] ?? nowMs) + windowMs - nowMs;
      times.push(nowMs);
      return 0;
    },
  };
};
