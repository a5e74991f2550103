/** Time as the monitor sees it; core's clocks, the manual one of its `/testing` included, have this shape. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wallMs(): number;
  /** Calls back once after `delayMs`. The timer never keeps the process alive. */
  setTimer(callback: () => void, delayMs: number): object | number;
  /** Cancels a timer; one that already fired is ignored. */
  clearTimer(handle: object | number): void;
}

/** The clock of the process. */
export const processClock: Clock = {
  wallMs: () => Date.now(),
  setTimer: (callback, delayMs) => setTimeout(callback, delayMs).unref(),
  clearTimer: (handle) => clearTimeout(handle as NodeJS.Timeout),
};
