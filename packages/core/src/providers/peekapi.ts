import { createHash } from 'node:crypto';
import { describeValue, invalidOption } from '../errors.ts';
import { remembering } from '../ping/remember.ts';
import { byteLength } from '../ping/text.ts';
import { interpretAnswer } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readNumber, readRoot, readSecret } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type {
  Interpretation,
  Provider,
  ProviderResponse,
  ProviderTrack,
  SecretSource,
  TrackEvent,
} from './provider.ts';

/** Options of {@link peekapi}. */
export interface PeekapiOptions extends Omit<ProviderOptions, 'monitors'> {
  readonly apiKey: SecretSource | undefined;
  /** The whole address of the events endpoint, when it is not `<baseUrl>/v1/events`. */
  readonly endpoint?: string | undefined;
  /** `hash` sends the first 12 hex digits of the SHA-256 of every consumer id. Default `raw`: the id as it is. */
  readonly consumerId?: 'raw' | 'hash' | undefined;
  /** Events in one request; reaching it sends. Default and most 100. */
  readonly maxEvents?: number | undefined;
  /** Default 10,000 ms. */
  readonly flushIntervalMs?: number | undefined;
  /** Events kept in memory. Default 10,000. */
  readonly maxBufferedEvents?: number | undefined;
}

const maxEventBytes = 65_536;
const passing: readonly number[] = [429, 500, 502, 503, 504];
const hashed = /^hash_[0-9a-f]{12}$/u;

const hashId = (id: string): string =>
  hashed.test(id) ? id : `hash_${createHash('sha256').update(id).digest('hex').slice(0, 12)}`;

const bounded = (text: string): string | undefined => {
  if (text.length > maxEventBytes) return undefined;
  return text.length * 3 <= maxEventBytes || byteLength(text) <= maxEventBytes ? text : undefined;
};

/** Text that is JSON as it is, between quotation marks. */
const plain = /^[ !#-[\]-~]*$/u;

// An event is written piece by piece: the fields are known, and this takes a third of the time of JSON.stringify.
const quote = (text: string): string =>
  typeof text === 'string' && plain.test(text) ? `"${text}"` : JSON.stringify(text);

/** Writes times as `toISOString` does; the second, most of the work, is remembered. */
const createIsoTime = (): ((timeMs: number) => string) => {
  let second = Number.NaN;
  let text = '';
  return (timeMs) => {
    const wholeMs = Math.trunc(timeMs);
    const inSecond = wholeMs - second;
    if (!(inSecond >= 0 && inSecond < 1_000)) {
      const written = new Date(wholeMs).toISOString();
      text = written.slice(0, -4);
      second = Math.floor(wholeMs / 1_000) * 1_000;
      return written;
    }
    return `${text}${String(inSecond).padStart(3, '0')}Z`;
  };
};

const metadataField = (metadata: unknown): string => {
  try {
    const text = metadata === undefined ? undefined : JSON.stringify(metadata);
    return text === undefined ? '' : `,"metadata":${text}`;
  } catch {
    return '';
  }
};

const whole = (value: number | undefined): number =>
  value !== undefined && Number.isFinite(value) ? Math.max(0, Math.round(value)) : 0;

/** Makes what writes events, cut to the service's limits. */
const createSerialise = (hash: boolean): ProviderTrack['serialise'] => {
  const isoTime = createIsoTime();
  const idOf = hash ? remembering(hashId) : (id: string): string => id;
  const write = (event: TrackEvent, timestampMs: number): string | undefined => {
    const { consumerId } = event;
    const timeMs = Number.isFinite(event.responseTimeMs) ? Math.max(0, event.responseTimeMs) : 0;
    const id =
      consumerId === undefined ? '' : `,"consumer_id":${quote(idOf(consumerId).slice(0, 256))}`;
    const text =
      `{"method":${quote(event.method.slice(0, 16))},"path":${quote(event.path.slice(0, 2_048))}` +
      `,"status_code":${whole(event.statusCode)},"response_time_ms":${timeMs}` +
      `,"request_size":${whole(event.requestSize)},"response_size":${whole(event.responseSize)}` +
      `${id},"timestamp":"${isoTime(event.timestampMs ?? timestampMs)}"`;
    return bounded(`${text}${metadataField(event.metadata)}}`) ?? bounded(`${text}}`);
  };
  return (event, timestampMs) => {
    try {
      return write(event, timestampMs);
    } catch {
      // A time out of range or a field of another type than declared.
      return undefined;
    }
  };
};

const interpret = (response: ProviderResponse): Interpretation => {
  const read = interpretAnswer(response, true);
  if (read.status !== 'unreachable' || passing.includes(response.status)) return read;
  return { status: 'rejected', reason: `http-${response.status}`, retryable: false };
};

const readConsumerId = (value: unknown): boolean => {
  if (value === undefined || value === 'raw' || value === 'hash') return value === 'hash';
  throw invalidOption('consumerId', describeValue(value), '"raw" or "hash"');
};

const readCount = (
  options: PeekapiOptions,
  name: 'maxEvents' | 'flushIntervalMs' | 'maxBufferedEvents',
  fallback: number,
): number => readNumber(name, options[name], fallback, 'a number, 1 or more');

/**
 * PeekAPI request analytics: it takes `heartbeat.track(event)` and no pings. What cannot be sent is kept on disk by default.
 * Consumer ids go as they are unless `consumerId: 'hash'` asks otherwise: an API key used as one is then readable there.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const peekapi = (options: PeekapiOptions): Provider => {
  checkOptions('peekapi', options, [
    'apiKey',
    'endpoint',
    'consumerId',
    'maxEvents',
    'flushIntervalMs',
    'maxBufferedEvents',
  ]);
  const root = readRoot('baseUrl', options.baseUrl, 'https://ingest.peekapi.dev');
  const url = readRoot('endpoint', options.endpoint, `${root}/v1/events`);
  const track: ProviderTrack = {
    maxEvents: Math.min(100, readCount(options, 'maxEvents', 100)),
    flushIntervalMs: readCount(options, 'flushIntervalMs', 10_000),
    maxBufferedEvents: readCount(options, 'maxBufferedEvents', 10_000),
    serialise: createSerialise(readConsumerId(options.consumerId)),
    toRequest: (events, { secrets, userAgent }) => ({
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'x-api-key': secrets['apiKey'] ?? '',
        'x-peekapi-sdk': userAgent,
      },
      body: `[${events.join(',')}]`,
    }),
    interpret,
  };
  return defineProvider(options, {
    name: 'peekapi',
    origins: [options.endpoint === undefined ? root : url],
    capabilities: { ...successOnly, states: [], acceptIsProof: true },
    secrets: {
      apiKey: readSecret('apiKey', options.apiKey, 'the API key'),
    },
    spoolByDefault: true,
    notes: ['PeekAPI takes request analytics (track) only: pings are not sent to it.'],
    toRequest: (_ping, context) => track.toRequest([], context),
    interpret,
    track,
  });
};

/** Variables that `heartbeatFromEnv` reads for PeekAPI. */
export const peekapiEnvironment: ProviderEnvironment = {
  name: 'peekapi',
  prefix: 'PEEKAPI',
  without: 'monitors',
  variables: [
    { name: 'PEEKAPI_API_KEY', option: 'apiKey', kind: 'secret', required: true },
    { name: 'PEEKAPI_ENDPOINT', option: 'endpoint', kind: 'text' },
    { name: 'PEEKAPI_CONSUMER_ID', option: 'consumerId', kind: 'text' },
  ],
  create: peekapi,
};
