import type { Clock, TimerHandle } from '../clock.ts';
import type { Liveness, LivenessOptions } from './heartbeat-client.ts';

/** What a beat needs. */
export interface BeatParts {
  readonly clock: Clock;
  readonly beat: () => void;
  readonly ended: (liveness: Liveness) => void;
}

const defaultIntervalMs = 60_000;

const allowed = async (check: LivenessOptions['check']): Promise<boolean> => {
  try {
    return check === undefined || (await check());
  } catch {
    return false;
  }
};

/** Beats at once and then at an interval, as long as the check allows it; a check under way withholds the next beat. */
export const startLiveness = (options: LivenessOptions, parts: BeatParts): Liveness => {
  const { intervalMs = defaultIntervalMs, check } = options;
  let timer: TimerHandle;
  let stopped = false;
  let asking = false;
  const ask = async (): Promise<void> => {
    asking = true;
    const good = await allowed(check);
    asking = false;
    if (good && !stopped) parts.beat();
  };
  const tick = (): void => {
    timer = parts.clock.setTimer(tick, intervalMs);
    if (check === undefined) parts.beat();
    else if (!asking) void ask();
  };
  const liveness: Liveness = {
    stop() {
      if (stopped) return;
      stopped = true;
      parts.clock.clearTimer(timer);
      parts.ended(liveness);
    },
    [Symbol.dispose]() {
      liveness.stop();
    },
  };
  tick();
  return liveness;
};
