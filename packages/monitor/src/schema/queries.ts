import type { Json } from './json-schema.ts';
import { object } from './json-schema.ts';

/** What a query may hold; nothing else is taken, so that a misspelt filter does not show everything. */
const query = (properties: Json): Json => object(properties, [], { additionalProperties: false });

const page: Json = {
  limit: { type: 'integer', minimum: 1, maximum: 500, default: 100, title: 'Items on a page.' },
  cursor: {
    type: 'string',
    minLength: 1,
    maxLength: 2000,
    title: 'The nextCursor of the page before.',
  },
};

const moment: Json = {
  type: 'string',
  pattern: String.raw`^(?:\d{1,16}|\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:?\d\d)?)?)$`,
  description: 'milliseconds since 1970 or a time of ISO 8601',
};
const span: Json = {
  from: { ...moment, title: 'From this time on.' },
  to: { ...moment, title: 'Before this time.' },
};

const states = 'new|up|late|down|running|stuck|paused';

/** A part of a list. */
export const pageQuery: Json = query(page);
/** A span of time. */
export const spanQuery: Json = query(span);
/** A part of a list that has times. */
export const historyQuery: Json = query({ ...page, ...span });
/** A part of the board. */
export const boardQuery: Json = query({
  ...page,
  state: {
    type: 'string',
    pattern: `^(?:${states})(?:,(?:${states}))*$`,
    description: `states of ${states.replaceAll('|', ', ')}, separated by commas`,
    title: 'Only in these states.',
  },
  tag: { type: 'string', maxLength: 100, title: 'Only with this tag.' },
  search: { type: 'string', maxLength: 256, title: 'Part of the key or name.' },
});
/** A part of the alerts that came in. */
export const alertQuery: Json = query({
  ...page,
  status: { enum: ['open', 'resolved'], title: 'Only these.' },
});

/** How a batch asks for monitors to be made. Clients may send more beside it. */
export const createQuery: Json = object({
  create: { enum: ['0', '1'], title: '1 creates monitors whose keys are unknown.' },
});

/** What a SteadyCron ping says of its run (PROTOCOLS section 1). Its SDKs may send more beside it. */
export const steadycronQuery: Json = object({
  run_id: {
    type: 'string',
    pattern: '^[0-9a-fA-F]{32}$',
    description: '32 hexadecimal digits',
  },
  env: { type: 'string' },
});

const inBody: Json = { not: {}, description: 'in the body' };

/** OpShift signs the body, so all that a ping says is there: a `?status=down` must not count as up. */
export const opshiftQuery: Json = object({
  status: inBody,
  reason: inBody,
  group_key: inBody,
  metadata: inBody,
});
