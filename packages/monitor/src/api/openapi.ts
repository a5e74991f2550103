import type { Json } from '../schema/json-schema.ts';
import {
  alertQuery,
  boardQuery,
  createQuery,
  historyQuery,
  pageQuery,
  spanQuery,
} from '../schema/queries.ts';
import { alertSchemas, historySchemas, monitorSchemas, requestSchemas } from './openapi-schemas.ts';

const key: Json = {
  name: 'key',
  in: 'path',
  required: true,
  schema: { type: 'string', maxLength: 256 },
};
const id: Json = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
/** The properties of a query as parameters; what judges a request is what is shown here. */
const parametersOf = (schema: Json): readonly Json[] =>
  Object.entries(schema['properties'] as Readonly<Record<string, Json>>).map(
    ([name, { title, ...rules }]) => ({ name, in: 'query', description: title, schema: rules }),
  );

const reference = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });
const json = (schema: Json): Json => ({ 'application/json': { schema } });
const body = (schema: Json): Json => ({ requestBody: { required: true, content: json(schema) } });
const pageOf = (name: string): Json => ({
  type: 'object',
  required: ['items', 'nextCursor'],
  properties: {
    items: { type: 'array', items: reference(name) },
    nextCursor: { type: ['string', 'null'] },
  },
});
const listOf = (name: string): Json => ({
  type: 'object',
  properties: { items: { type: 'array', items: reference(name) } },
});

/** One operation: what it does, the scope it asks for, what it answers. */
const operation = (summary: string, scope: string, answers: Json, more: Json = {}): Json => ({
  summary: `${summary} Scope: ${scope}.`,
  ...more,
  responses: {
    ...answers,
    default: { description: 'What is wrong.', content: json(reference('Error')) },
  },
});
const ok = (schema: Json): Json => ({ 200: { description: 'OK', content: json(schema) } });
const done: Json = { 204: { description: 'Done' } };

const monitorPaths: Json = {
  '/api/v1/monitors': {
    get: operation('The board, ordered by key.', 'read', ok(pageOf('Monitor')), {
      parameters: parametersOf(boardQuery),
    }),
  },
  '/api/v1/monitors/{key}': {
    parameters: [key],
    get: operation('One monitor.', 'read', ok(reference('Monitor'))),
    put: operation(
      'Creates a monitor, or changes only the fields that are given.',
      'admin',
      {
        ...ok(reference('Monitor')),
        201: { description: 'Created', content: json(reference('Monitor')) },
      },
      body(reference('MonitorInput')),
    ),
    delete: operation('Deletes a monitor with its whole history.', 'admin', done),
  },
  '/api/v1/monitors/{key}/pause': {
    parameters: [key],
    post: operation('Stops judging.', 'admin', ok(reference('Monitor'))),
  },
  '/api/v1/monitors/{key}/resume': {
    parameters: [key],
    post: operation('Judges again.', 'admin', ok(reference('Monitor'))),
  },
};

const historyPath = (summary: string, name: string): Json => ({
  parameters: [key, ...parametersOf(historyQuery)],
  get: operation(summary, 'read', ok(pageOf(name))),
});

const historyPaths: Json = {
  '/api/v1/monitors/{key}/pings': historyPath('Pings, newest first.', 'Ping'),
  '/api/v1/monitors/{key}/runs': historyPath('Runs, newest first.', 'Run'),
  '/api/v1/monitors/{key}/flips': historyPath('Changes of health, newest first.', 'Flip'),
  '/api/v1/monitors/{key}/timeline': {
    parameters: [key, ...parametersOf(spanQuery)],
    get: operation('Healthy, failing and unknown stretches.', 'read', ok(reference('Timeline'))),
  },
  '/api/v1/flips': {
    get: operation('Changes of health of every monitor.', 'read', ok(pageOf('Flip')), {
      parameters: parametersOf(historyQuery),
    }),
  },
  '/api/v1/states': {
    get: operation('How many monitors are in each state.', 'read', ok({ type: 'object' })),
  },
  '/api/v1/requests': {
    get: operation(
      'Request analytics of whole hours; the last day by default.',
      'read',
      ok({ type: 'object' }),
      {
        parameters: parametersOf(spanQuery),
      },
    ),
  },
};

const alertPaths: Json = {
  '/api/v1/alerts': {
    get: operation('Alerts that came in.', 'read', ok(pageOf('Alert')), {
      parameters: parametersOf(alertQuery),
    }),
  },
  '/api/v1/alerts/{id}/resolve': {
    parameters: [id],
    post: operation('Ends an alert.', 'admin', done),
  },
  '/api/v1/deliveries': {
    get: operation('Messages to alert channels.', 'read', ok(pageOf('Delivery')), {
      parameters: parametersOf(pageQuery),
    }),
  },
  '/api/v1/channels': {
    get: operation(
      'Alert channels, without their addresses and secrets.',
      'read',
      ok(listOf('Channel')),
    ),
  },
  '/api/v1/channels/{name}/test': {
    parameters: [{ ...key, name: 'name' }],
    post: operation('Sends a test alert to a channel; 502 says how that failed.', 'admin', done),
  },
  '/api/v1/alert-sources': {
    get: operation('Places that alerts are sent to.', 'admin', ok(listOf('AlertSource'))),
  },
  '/api/v1/alert-sources/{key}': {
    parameters: [key],
    put: operation(
      'Creates a place that alerts are sent to, or changes its filter.',
      'admin',
      ok(reference('AlertSource')),
      body(reference('AlertSourceInput')),
    ),
  },
};

const accessPaths: Json = {
  '/api/v1/keys': {
    get: operation('API keys, without the keys themselves.', 'admin', ok(listOf('ApiKey'))),
    post: operation(
      'Makes an API key; `secret` is shown this once.',
      'admin',
      { 201: { description: 'Created', content: json(reference('ApiKey')) } },
      body(reference('KeyInput')),
    ),
  },
  '/api/v1/keys/{id}': { parameters: [id], delete: operation('Ends a key.', 'admin', done) },
  '/api/v1/secrets': {
    get: operation('Secrets that requests are signed with.', 'admin', ok({ type: 'object' })),
  },
};

const pingPaths: Json = {
  '/api/v1/pings': {
    post: operation(
      'Takes up to 1,000 pings. What is not in `rejected` is on disk; an id is stored once.',
      'ping',
      ok(reference('PingResult')),
      {
        ...body(reference('PingBatch')),
        parameters: parametersOf(createQuery),
      },
    ),
  },
};

/** An operation of another service's SDK: the scope or signature in words, errors as `{ "error": "…" }`. */
const foreign = (summary: string, security: string, schema: string, token: boolean): Json => ({
  post: {
    summary,
    security: [{ [security]: [] }],
    ...(token ? { parameters: [{ ...id, name: 'token' }] } : {}),
    ...body(reference(schema)),
    responses: {
      '2XX': { description: 'Taken.', content: json({ type: 'object' }) },
      default: { description: 'What is wrong.', content: json(reference('TextError')) },
    },
  },
});

const foreignPaths: Json = {
  '/api/monitoring/heartbeat': foreign(
    'Exemplar: a success.',
    'xApiKey',
    'ExemplarHeartbeat',
    false,
  ),
  '/v1/events': foreign('PeekAPI: requests that were served.', 'xApiKey', 'PeekapiEvents', false),
  '/api/ping/{token}': foreign('OpShift: a ping.', 'signature', 'OpshiftPing', true),
  '/api/alerts/trigger/{token}': foreign('OpShift: an alert.', 'signature', 'OpshiftAlert', true),
};

/** The description of the REST API, as `/api/v1/openapi.json` answers it. */
export const openApiDocument: Json = {
  openapi: '3.1.0',
  info: {
    title: 'lubdub monitor',
    version: '1',
    description: 'Receives heartbeats, judges them, and shows what it found.',
  },
  security: [{ key: [] }],
  paths: {
    ...pingPaths,
    ...monitorPaths,
    ...historyPaths,
    ...alertPaths,
    ...accessPaths,
    ...foreignPaths,
  },
  components: {
    securitySchemes: {
      key: { type: 'http', scheme: 'bearer' },
      xApiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      signature: { type: 'apiKey', in: 'header', name: 'X-Webhook-Signature' },
    },
    schemas: { ...requestSchemas, ...monitorSchemas, ...historySchemas, ...alertSchemas },
  },
};
