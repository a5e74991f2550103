import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import type { Ping } from '../ping/ping.ts';
import type { Interpretation, Provider } from '../providers/provider.ts';
import type { TransportResult } from '../transport/transport.ts';
import { retryAfterMs, type RetryOptions } from './retry.ts';
import type { Settlement } from './settlement.ts';

/** What one request gave, for each entry it carried. */
export interface Attempt {
  /** The service answered in a way that says it works; undefined: it was never asked. Feeds the breaker. */
  readonly reached: boolean | undefined;
  /** A batch was refused as a whole: try again in smaller ones. */
  readonly tooLarge: boolean;
  readonly retryAfterMs: number | undefined;
  /** Leave the whole service alone for so long. */
  readonly blockMs: number | undefined;
  readonly settlements: readonly { readonly settlement: Settlement; readonly retryable: boolean }[];
}

/** What reading an answer needs. */
export interface ReadingParts {
  readonly provider: Provider;
  readonly clock: Clock;
  readonly retry: RetryOptions;
  readonly onMisconfigured: (key: string | undefined, message: string, code?: ErrorCode) => void;
  /** The service took a ping of this monitor. */
  readonly onAccepted: (key: string) => void;
}

/** Reads an answer by a provider's function; what that throws, custom providers included, is `otherwise`. */
export const guarded = <Read>(read: () => Read, otherwise: Read): Read => {
  try {
    return read() ?? otherwise;
  } catch {
    return otherwise;
  }
};

const parsedBody = (text: string): unknown => {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text.slice(0, 1_024);
  }
};

const unreadable = (error: unknown): Interpretation => ({
  status: 'unreachable',
  reason: 'unreadable-answer',
  message: error instanceof Error ? error.message : 'unknown error',
});

/** True for a request that we would not make: the next one like it would not leave either. */
const wasRefused = (result: TransportResult): boolean =>
  result.kind === 'failure' && (result.reason === 'address-refused' || result.reason === 'invalid');

const interpretFailure = (
  failure: Extract<TransportResult, { kind: 'failure' }>,
  parts: ReadingParts,
): Interpretation => {
  const { reason, message } = failure;
  if (reason === 'address-refused')
    parts.onMisconfigured(undefined, message, 'ERR_LUBDUB_ADDRESS_REFUSED');
  return { status: wasRefused(failure) ? 'rejected' : 'unreachable', reason, message };
};

const interpret = (
  result: TransportResult,
  pings: readonly Ping[],
  parts: ReadingParts,
): readonly Interpretation[] => {
  const { provider } = parts;
  if (result.kind === 'failure') {
    const read = interpretFailure(result, parts);
    return pings.map(() => read);
  }
  try {
    const read: readonly (Interpretation | undefined)[] | undefined =
      provider.batch === undefined
        ? [provider.interpret(result, pings[0] as Ping)]
        : provider.batch.interpret(result, pings);
    return pings.map((_ping, index) => read?.[index] ?? unreadable(undefined));
  } catch (error) {
    return pings.map(() => unreadable(error));
  }
};

const settlementOf = (
  read: Interpretation,
  result: TransportResult,
): Attempt['settlements'][number] => {
  const { status, reason, response, message } = read;
  const retryable = read.retryable ?? (status === 'unreachable' || status === 'rate-limited');
  const answered = result.kind === 'response' ? result : undefined;
  const settlement: Settlement = { status, reason, httpStatus: answered?.status, response };
  if (status === 'accepted' || status === 'unverified') return { settlement, retryable };
  const byDefault =
    result.kind === 'failure' ? result.message : `the service answered ${result.status}`;
  const error = {
    statusCode: answered?.status ?? 0,
    message: message ?? byDefault,
    body: answered === undefined ? undefined : parsedBody(answered.body),
  };
  return { settlement: { ...settlement, error }, retryable };
};

/** Pings that were read alike share what became of them: most batches are taken as a whole. */
const settlementsOf = (
  pings: readonly Ping[],
  interpretations: readonly Interpretation[],
  result: TransportResult,
  { onMisconfigured, onAccepted }: ReadingParts,
): Attempt['settlements'] => {
  let last: Interpretation | undefined;
  let settlement: Attempt['settlements'][number] | undefined;
  return pings.map(({ key }, index) => {
    const read = interpretations[index] as Interpretation;
    const { status, reason, message } = read;
    if (read.misconfigured === true) onMisconfigured(key, message ?? reason ?? status);
    if (status === 'accepted') onAccepted(key);
    if (settlement === undefined || read !== last) settlement = settlementOf(read, result);
    last = read;
    return settlement;
  });
};

/** Reads what one request gave, for each ping it carried, as its provider understands it. */
export const readAttempt = (
  result: TransportResult,
  pings: readonly Ping[],
  parts: ReadingParts,
): Attempt => {
  const { provider, retry, clock } = parts;
  const interpretations = interpret(result, pings, parts);
  const status = result.kind === 'response' ? result.status : 0;
  const waitMs =
    result.kind === 'response' && status >= 300
      ? retryAfterMs(result.headers['retry-after'], clock.wallMs(), retry.maxRetryAfterMs)
      : undefined;
  const wholeService =
    provider.batch !== undefined ||
    status === 503 ||
    provider.capabilities.rateLimits.some(({ per }) => per === 'provider');
  const asksForPause = wholeService && (status === 429 || status === 503);
  return {
    reached: wasRefused(result)
      ? undefined
      : interpretations.some((read) => read.status !== 'unreachable'),
    tooLarge: pings.length > 1 && (status === 400 || status === 413 || status === 422),
    retryAfterMs: waitMs,
    blockMs: asksForPause ? waitMs : undefined,
    settlements: settlementsOf(pings, interpretations, result, parts),
  };
};
