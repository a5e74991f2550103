import type { Json } from '../schema/json-schema.ts';
import { object } from '../schema/json-schema.ts';
import {
  alertSourceInput,
  describePingBatch,
  exemplarHeartbeat,
  keyInput,
  monitorInput,
  opshiftAlert,
  opshiftPing,
  peekapiEvent,
  peekapiEvents,
  pingInput,
} from '../schema/requests.ts';

const text: Json = { type: 'string' };
const number: Json = { type: 'number' };
const whole: Json = { type: 'integer' };
const orNull = (schema: Json): Json => ({ anyOf: [schema, { type: 'null' }] });
const time: Json = { type: 'integer', description: 'Milliseconds since 1970-01-01T00:00:00Z.' };
const pingState: Json = { enum: ['start', 'success', 'fail', 'log'] };
const health: Json = { enum: ['new', 'up', 'down', 'stuck', 'paused'] };

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

/** Schemas of bodies that come in: the very ones that the routes judge by. */
export const requestSchemas: Json = {
  MonitorInput: monitorInput,
  PingInput: pingInput,
  PingBatch: describePingBatch(reference('PingInput')),
  KeyInput: keyInput,
  AlertSourceInput: alertSourceInput,
  OpshiftPing: opshiftPing,
  OpshiftAlert: opshiftAlert,
  ExemplarHeartbeat: exemplarHeartbeat,
  PeekapiEvent: peekapiEvent,
  PeekapiEvents: { ...peekapiEvents, items: reference('PeekapiEvent') },
};

/** Schemas of monitors and of what became of pings. */
export const monitorSchemas: Json = {
  Monitor: object(
    {
      ...(monitorInput['properties'] as Json),
      id: text,
      key: text,
      pingToken: { type: 'string', description: 'Only with the scope admin.' },
      state: { enum: ['new', 'up', 'late', 'down', 'running', 'stuck', 'paused'] },
      health,
      healthSinceMs: time,
      error: orNull(text),
      expectedMs: orNull(time),
      nextDueMs: orNull(time),
      lastDurationMs: orNull(number),
      uptime: object({ day: orNull(number), week: orNull(number), month: orNull(number) }),
    },
    ['id', 'key', 'state'],
  ),
  PingResult: object({
    accepted: whole,
    duplicates: whole,
    rejected: {
      type: 'array',
      items: object({
        id: text,
        reason: { enum: ['invalid', 'unknown-monitor', 'paused'] },
        message: text,
      }),
    },
  }),
  TextError: object({ error: text }, ['error']),
  Error: object({ error: object({ code: text, message: text }, ['code', 'message']) }, ['error']),
};

/** Schemas of what happened. */
export const historySchemas: Json = {
  Ping: object({
    id: text,
    monitorId: text,
    state: pingState,
    timestampMs: time,
    receivedMs: time,
    dialect: text,
  }),
  Run: object({
    monitorId: text,
    runId: text,
    state: { enum: ['running', 'success', 'fail', 'stuck', 'lost'] },
    startedMs: orNull(time),
    endedMs: orNull(time),
    durationMs: orNull(number),
    message: orNull(text),
    exitCode: orNull(whole),
    host: orNull(text),
    environment: orNull(text),
  }),
  Flip: object({
    id: text,
    monitorId: text,
    monitorKey: text,
    atMs: time,
    recordedMs: time,
    from: health,
    to: health,
    cause: text,
    text,
    voidedMs: orNull(time),
  }),
  Timeline: object({
    fromMs: time,
    toMs: time,
    segments: {
      type: 'array',
      items: object({ fromMs: time, toMs: time, state: text, text: orNull(text) }),
    },
  }),
};

/** Schemas of alerts, in and out, and of keys. */
export const alertSchemas: Json = {
  Alert: object({
    id: text,
    sourceKey: text,
    title: text,
    description: orNull(text),
    severity: text,
    groupKey: orNull(text),
    status: { enum: ['open', 'resolved'] },
    occurrenceCount: whole,
    firstMs: time,
    lastMs: time,
  }),
  AlertSource: object({ key: text, token: text, minSeverity: text, createdMs: time }),
  Channel: object({ name: text, kind: { enum: ['webhook', 'slack', 'email'] }, target: text }),
  Delivery: object({
    id: text,
    flipId: text,
    monitorKey: text,
    channel: text,
    status: { enum: ['pending', 'sent', 'failed'] },
    attempts: whole,
    createdMs: time,
    nextAttemptMs: orNull(time),
    sentMs: orNull(time),
    error: orNull(text),
  }),
  ApiKey: object({
    id: text,
    name: text,
    scope: { enum: ['ping', 'read', 'admin'] },
    createdMs: time,
    secret: text,
  }),
};
