const spanMs = 60_000;
const allowed = 10;
const rememberedAddresses = 10_000;

/** Counts failed sign-ins, so that a key cannot be guessed. */
export interface Attempts {
  /** False when this address failed ten times in the last minute. */
  mayTry(address: string, nowMs: number): boolean;
  /** Notes a failure. */
  fail(address: string, nowMs: number): void;
}

/** Makes the counter of one process. */
export const createAttempts = (): Attempts => {
  const failures = new Map<string, { readonly sinceMs: number; readonly count: number }>();
  const current = (address: string, nowMs: number) => {
    const found = failures.get(address);
    return found !== undefined && nowMs - found.sinceMs < spanMs ? found : null;
  };
  return {
    mayTry: (address, nowMs) => (current(address, nowMs)?.count ?? 0) < allowed,
    fail: (address, nowMs) => {
      if (failures.size >= rememberedAddresses) failures.clear();
      const before = current(address, nowMs);
      failures.set(address, {
        sinceMs: before?.sinceMs ?? nowMs,
        count: (before?.count ?? 0) + 1,
      });
    },
  };
};
