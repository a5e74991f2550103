import type { IncomingPing, PingState } from '../model.ts';
import { showFault } from '../schema/fault.ts';
import { pingInput } from '../schema/requests.ts';
import { compileSchema } from '../schema/validate.ts';
import { cleanText } from './text.ts';

/** A ping of the batch API, read; or what is wrong with it. */
export type ParsedPing =
  | { readonly ok: true; readonly key: string; readonly ping: IncomingPing }
  | { readonly ok: false; readonly id: string; readonly message: string };

const maxMessageBytes = 10_000;
const maxMetadataLength = 100_000;

/** A ping that its schema has let through. */
interface PingInput {
  readonly id: string;
  readonly key: string;
  readonly state: PingState;
  readonly timestampMs?: number | null;
  readonly [name: string]: unknown;
}

const findFault = compileSchema(pingInput);

/** Texts that are stored as they come, with their length in bytes. */
const texts = [
  ['runId', 256],
  ['message', maxMessageBytes],
  ['groupKey', 800],
  ['environment', 800],
  ['host', 1020],
  ['instance', 1020],
  ['reason', 400],
] as const;
const others = ['durationMs', 'exitCode', 'count', 'metadata', 'metrics'] as const;

/** Reads one ping. `skewMs` is added to its time. */
export const parsePing = (value: unknown, receivedMs: number, skewMs: number): ParsedPing => {
  const fault = findFault(value);
  const input = value as PingInput;
  if (fault === null) {
    const name = (['metadata', 'metrics'] as const).find((field) => isTooLong(input[field]));
    if (name === undefined)
      return { ok: true, key: input.key, ping: readPing(input, receivedMs, skewMs) };
    const message = `${name} takes at most ${maxMetadataLength} characters of JSON`;
    return { ok: false, id: input.id, message };
  }
  const id: unknown = (value as { id?: unknown } | null)?.id;
  const message = fault.field === '' ? `a ping takes ${fault.takes}` : showFault(fault);
  return { ok: false, id: typeof id === 'string' ? id.slice(0, 64) : '', message };
};

/** A schema has no word for the size of an object. */
const isTooLong = (value: unknown): boolean =>
  value !== undefined && value !== null && JSON.stringify(value).length > maxMetadataLength;

const readPing = (input: PingInput, receivedMs: number, skewMs: number): IncomingPing => {
  const timestampMs = input.timestampMs ?? receivedMs;
  const ping: Record<string, unknown> = {
    id: input.id,
    state: input.state,
    // a clock that runs ahead would hide a missed beat: nothing happens later than it is heard of
    timestampMs: Math.min(receivedMs, Math.round(timestampMs + skewMs)),
    receivedMs,
    dialect: 'lubdub',
  };
  for (const [name, maxBytes] of texts) {
    const text = input[name];
    if (typeof text === 'string') ping[name] = cleanText(text, maxBytes);
  }
  for (const name of others) {
    const field = input[name];
    if (field !== undefined && field !== null) ping[name] = field;
  }
  return ping as unknown as IncomingPing;
};
