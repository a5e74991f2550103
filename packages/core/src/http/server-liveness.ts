import { monitorEventLoopDelay } from 'node:perf_hooks';
import { checkFields, numberFrom, type RuleTable } from '../client/check.ts';
import { findHeartbeat } from '../client/create.ts';
import type { HeartbeatClient, LivenessOptions } from '../client/heartbeat-client.ts';
import { checkLivenessOptions } from '../client/options.ts';
import { assertKey } from '../ping/key.ts';
import { createWarnOnce } from './warnings.ts';

/** Options of the beat of a server that listens. */
export interface ServerLivenessOptions extends LivenessOptions {
  /** The monitor's key. */
  readonly key: string;
  /**
   * Longest delay of the event loop, milliseconds (1 to 60,000): a beat is withheld when it was exceeded since the last one.
   * Default: no limit.
   */
  readonly maxEventLoopDelayMs?: number | undefined;
}

/** A beat that begins and ends with a server's listening. */
export interface ServerLiveness {
  /** The server listens: beats now and then. Safe to call twice. */
  begin(): void;
  /** It does no more. Safe to call twice. */
  stop(): void;
}

const resolutionMs = 10;
const ownRules: RuleTable = {
  key: { takes: 'a monitor key', accepts: () => true },
  maxEventLoopDelayMs: numberFrom(1, 60_000, 'milliseconds'),
};

/** The longest delay of the event loop since the last look, in milliseconds. */
interface DelayMeter {
  take(): number;
  stop(): void;
}

const createDelayMeter = (): DelayMeter => {
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs });
  histogram.enable();
  return {
    take() {
      // It records whole intervals between two samples; what is over the resolution is the delay.
      const longestMs = Math.max(0, histogram.max / 1_000_000 - resolutionMs);
      histogram.reset();
      return longestMs;
    },
    stop: () => void histogram.disable(),
  };
};

/**
 * Makes the beat of a server.
 *
 * @throws LubdubError for options of the wrong form.
 */
export const createServerLiveness = (
  options: ServerLivenessOptions,
  given?: HeartbeatClient,
): ServerLiveness => {
  const { key, maxEventLoopDelayMs, ...beat } = options;
  assertKey(key);
  checkFields('liveness', { key, maxEventLoopDelayMs }, ownRules);
  checkLivenessOptions(beat);
  const warn = createWarnOnce();
  let stop: (() => void) | undefined;
  return {
    begin() {
      if (stop !== undefined) return;
      const client = given ?? findHeartbeat();
      if (client === undefined) {
        warn(
          'ERR_LUBDUB_NOT_INITIALIZED',
          `The beat "${key}" is not sent: there is no client. Call initHeartbeat({ provider }) before the server listens.`,
        );
        return;
      }
      const meter = maxEventLoopDelayMs === undefined ? undefined : createDelayMeter();
      const check = async (): Promise<boolean> => {
        const calm = (meter as DelayMeter).take() <= (maxEventLoopDelayMs as number);
        return calm && (beat.check === undefined || (await beat.check()));
      };
      const liveness = client.every(key, meter === undefined ? beat : { ...beat, check });
      stop = () => {
        liveness.stop();
        meter?.stop();
      };
    },
    stop() {
      stop?.();
      stop = undefined;
    },
  };
};
