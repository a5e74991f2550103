import type { Json } from './json-schema.ts';
import { anyObject, longestMs, maxTimeMs, monitorKey, object, orNull } from './json-schema.ts';

const time: Json = { type: 'integer', minimum: -maxTimeMs, maximum: maxTimeMs };
const clientTime: Json = { type: 'number', minimum: 0, maximum: maxTimeMs };
const whole = (minimum: number, maximum: number): Json => ({ type: 'integer', minimum, maximum });
const textUpTo = (maxLength: number): Json => ({ type: 'string', maxLength });
/** PostgreSQL has no place for NUL. */
const label = (maxLength: number): Json => ({
  type: 'string',
  minLength: 1,
  maxLength,
  pattern: String.raw`^[^\u0000]*$`,
  description: `1 to ${maxLength} characters`,
});
const cron: Json = {
  type: 'string',
  maxLength: 200,
  description: 'a cron expression of five or six fields',
};
const timezone: Json = { ...label(100), description: 'an IANA name of a time zone' };

/** A window in which nothing is judged. */
const maintenanceWindow: Json = {
  type: 'object',
  required: ['kind'],
  discriminator: { propertyName: 'kind' },
  oneOf: [
    object({ kind: { const: 'once' }, fromMs: time, toMs: time }, ['fromMs', 'toMs']),
    object(
      {
        kind: { const: 'cron' },
        expression: cron,
        timezone,
        durationMs: whole(1000, longestMs),
      },
      ['expression', 'durationMs'],
    ),
  ],
};

/** A monitor as people write it: in the API, in `monitors.yaml`, in the `monitors` option. */
export const monitorInput: Json = object(
  {
    name: label(200),
    schedule: orNull(cron),
    intervalMs: orNull(whole(1000, longestMs)),
    timezone: orNull(timezone),
    graceMs: { ...whole(0, longestMs), default: 60_000 },
    maxDurationMs: orNull(whole(1, longestMs)),
    minIntervalMs: orNull(whole(1, longestMs)),
    tags: { type: 'array', maxItems: 50, items: label(100) },
    channels: orNull({ type: 'array', maxItems: 50, items: label(100) }),
    maintenance: { type: 'array', maxItems: 50, items: maintenanceWindow },
    paused: { type: 'boolean' },
  },
  [],
  { additionalProperties: false },
);

/** One ping of a batch. */
export const pingInput: Json = object(
  {
    id: {
      type: 'string',
      pattern: '^[\\u0020-\\u007E]{1,64}$',
      description: '1 to 64 printable ASCII characters',
    },
    key: monitorKey,
    state: { enum: ['start', 'success', 'fail', 'log'] },
    timestampMs: orNull(clientTime),
    runId: orNull(textUpTo(64)),
    durationMs: orNull(clientTime),
    message: orNull({ type: 'string' }),
    metadata: orNull(anyObject),
    exitCode: orNull(whole(-2_147_483_648, 4_294_967_295)),
    groupKey: orNull(textUpTo(200)),
    metrics: orNull({ type: 'object', additionalProperties: { type: 'number' } }),
    environment: orNull(textUpTo(200)),
    host: orNull(textUpTo(255)),
    instance: orNull(textUpTo(255)),
    count: orNull(whole(1, 1_000_000_000)),
    reason: orNull(textUpTo(100)),
  },
  ['id', 'key', 'state'],
);

/** Pings a batch may hold. */
export const maxBatchPings = 1000;

const batchOf = (item: Json): Json =>
  object(
    {
      sentMs: {
        ...orNull(clientTime),
        description: 'When this was sent, by the clock of the sender; corrects a wrong clock.',
      },
      pings: { type: 'array', maxItems: maxBatchPings, ...item },
    },
    ['pings'],
  );

/** A batch without what is in it: pings are judged one by one, so that a bad one costs no other its place. */
export const pingBatch: Json = batchOf({});

/** A batch, whole, for the description of the API; `item` stands for {@link pingInput}. */
export const describePingBatch = (item: Json): Json => batchOf({ items: item });

/** What an API key is made from. */
export const keyInput: Json = object(
  { name: monitorKey, scope: { enum: ['ping', 'read', 'admin'] } },
  ['name', 'scope'],
);

const severity: Json = { enum: ['sev0', 'sev1', 'sev2', 'sev3', 'sev4'] };

/** A place that alerts are sent to. */
export const alertSourceInput: Json = object({ minSeverity: { ...severity, default: 'sev4' } });

const opshiftFields: Json = {
  group_key: orNull(textUpTo(200)),
  metadata: orNull({ ...anyObject, description: 'At most 10 levels deep and 100 KB.' }),
};

/** OpShift's ping (PROTOCOLS section 1). */
export const opshiftPing: Json = object({
  status: { enum: ['up', 'down', null], default: 'up' },
  reason: orNull(textUpTo(200)),
  ...opshiftFields,
});

/** OpShift's alert (PROTOCOLS section 1). */
export const opshiftAlert: Json = object(
  {
    title: {
      type: 'string',
      maxLength: 200,
      pattern: String.raw`\S`,
      description: '1 to 200 characters',
    },
    severity: { enum: [...(severity['enum'] as string[]), null], default: 'sev2' },
    description: orNull(textUpTo(2000)),
    ...opshiftFields,
  },
  ['title'],
);

/** Exemplar's heartbeat (PROTOCOLS section 1). */
export const exemplarHeartbeat: Json = object(
  { monitor_id: monitorKey, metadata: orNull(anyObject) },
  ['monitor_id'],
);

/** PeekAPI's body (PROTOCOLS section 1), without what is in it: a bad event is counted and left out. */
export const peekapiEvents: Json = { type: 'array', maxItems: 10_000 };

/** One event of PeekAPI. What is not listed here is taken if it is of the right type, and otherwise as missing. */
export const peekapiEvent: Json = object(
  {
    method: { type: 'string', minLength: 1 },
    path: { type: 'string', minLength: 1 },
    status_code: { type: 'number', minimum: 100, maximum: 599 },
  },
  ['method', 'path', 'status_code'],
);
