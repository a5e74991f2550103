import type { Capabilities } from '../providers/provider.ts';
import type { Ping } from './ping.ts';
import { byteLength, cutText } from './text.ts';

/** A ping that leaves so much later than it happened says so, milliseconds. */
export const lateAfterMs = 60_000;

const textOf = (ping: Ping, capabilities: Capabilities, nowMs: number): string | undefined => {
  // most pings have nothing to say
  if (ping.message === undefined && ping.count <= 1 && ping.state !== 'fail') return undefined;
  const parts: string[] = [];
  if (ping.state === 'fail' && ping.reason !== undefined && ping.reason !== 'error')
    parts.push(ping.reason);
  if (ping.message !== undefined && ping.message !== '') parts.push(ping.message);
  const notes: string[] = [];
  if (ping.count > 1 && !capabilities.count) notes.push(`${ping.count} runs`);
  const lateMs = nowMs - ping.timestampMs;
  if (ping.state === 'fail' && lateMs > lateAfterMs && !capabilities.clientTimestamp) {
    notes.push(
      `happened ${new Date(ping.timestampMs).toISOString()}, sent ${Math.round(lateMs / 60_000)} min later`,
    );
  }
  const note = notes.length === 0 ? '' : `(${notes.join(', ')})`;
  const text = parts.join(': ');
  if (text === '') return note === '' ? undefined : note;
  if (note === '') return text;
  // At the end that a cut keeps.
  return capabilities.text !== false && capabilities.text.keep === 'tail'
    ? `${text} ${note}`
    : `${note} ${text}`;
};

const depthOf = (json: string): number => {
  // one object of plain values, as most are
  if (json.indexOf('{', 1) === -1 && !json.includes('[')) return 1;
  let depth = 0;
  let deepest = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const character = json[index];
    if (inString) {
      if (character === '\\') index += 1;
      else if (character === '"') inString = false;
    } else if (character === '"') inString = true;
    else if (character === '{' || character === '[') deepest = Math.max(deepest, (depth += 1));
    else if (character === '}' || character === ']') depth -= 1;
  }
  return deepest;
};

const metadataFits = (
  json: string,
  limit: { readonly maxBytes: number; readonly maxDepth?: number },
): boolean =>
  json.length <= limit.maxBytes &&
  // no character takes more than three bytes
  (json.length * 3 <= limit.maxBytes || byteLength(json) <= limit.maxBytes) &&
  (limit.maxDepth === undefined || depthOf(json) <= limit.maxDepth);

/**
 * The ping as a provider with these capabilities can carry it: text cut to its limit, what it cannot carry left out.
 * `nowMs` is the wall clock of the sending, for fails that are told late. Metadata too large becomes `{"truncated":true}`.
 */
export const fitPing = (ping: Ping, capabilities: Capabilities, nowMs: number): Ping => {
  const text = capabilities.text === false ? undefined : textOf(ping, capabilities, nowMs);
  const { metadata } = capabilities;
  return {
    id: ping.id,
    key: ping.key,
    state: ping.state,
    timestampMs: ping.timestampMs,
    runId: capabilities.runId === false ? undefined : ping.runId,
    message:
      text === undefined || capabilities.text === false
        ? undefined
        : cutText(text, capabilities.text),
    metadataJson:
      metadata === false || ping.metadataJson === undefined
        ? undefined
        : metadataFits(ping.metadataJson, metadata)
          ? ping.metadataJson
          : '{"truncated":true}',
    durationMs: capabilities.duration ? ping.durationMs : undefined,
    exitCode: capabilities.exitCode ? ping.exitCode : undefined,
    groupKey: capabilities.groupKey ? ping.groupKey : undefined,
    metrics: capabilities.metrics ? ping.metrics : undefined,
    reason: ping.reason,
    count: ping.count,
  };
};
