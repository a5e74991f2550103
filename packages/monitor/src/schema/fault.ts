import type { ErrorObject } from 'ajv';

import type { Json } from './json-schema.ts';

/** What is wrong with a value, for a dialect to put into its own words. */
export interface Fault {
  /** As it is written in JavaScript, such as `maintenance[0].fromMs`; empty for the value as a whole. */
  readonly field: string;
  readonly kind: 'missing' | 'unknown' | 'too-many' | 'wrong';
  /** What was there, shortened. */
  readonly got: string;
  /** What may be there. */
  readonly takes: string;
}

const shownLength = 80;

/** Shows a value in a message. */
const show = (value: unknown): string => {
  if (value === undefined) return 'nothing';
  if (typeof value === 'number') return String(value);
  return (JSON.stringify(value) ?? typeof value).slice(0, shownLength);
};

const orList = (items: readonly string[]): string =>
  items.length < 2 ? items.join('') : `${items.slice(0, -1).join(', ')} or ${items.at(-1) ?? ''}`;

const range = ({ minimum, maximum }: Json): string =>
  typeof minimum !== 'number' || typeof maximum !== 'number'
    ? ''
    : ` from ${minimum} to ${maximum}`;

const describeText = ({ maxLength, minLength, description }: Json): string => {
  if (typeof description === 'string') return description;
  if (typeof maxLength === 'number') return `a string of at most ${maxLength} characters`;
  return minLength === undefined ? 'a string' : 'a string that is not empty';
};

const describeType = (type: unknown, schema: Json): string => {
  const { maxItems } = schema;
  if (type === 'string') return describeText(schema);
  if (type === 'integer') return `a whole number${range(schema)}`;
  if (type === 'number') return `a number${range(schema)}`;
  if (type === 'boolean') return 'true or false';
  if (type === 'array')
    return typeof maxItems === 'number' ? `a list of at most ${maxItems} items` : 'a list';
  return type === 'object' ? 'an object' : String(type);
};

/** Says what a schema takes, so that no message can differ from the rule. */
const describeSchema = (schema: Json): string => {
  const { type, enum: values, oneOf, not } = schema;
  if (not !== undefined) return String(schema['description']);
  if (Array.isArray(values)) return orList(values.map((value) => show(value)));
  if (Array.isArray(oneOf)) {
    const kinds = (oneOf as Json[]).map(({ properties }) => (properties as Json)['kind'] as Json);
    return orList(kinds.map((kind) => show(kind['const'])));
  }
  return orList([type].flat().map((name) => describeType(name, schema)));
};

const fieldOf = (instancePath: string, name?: string): string => {
  const parts = instancePath
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  if (name !== undefined) parts.push(name);
  const field = parts
    .map((part) => (/^\d+$/.test(part) ? `[${part}]` : `.${part}`))
    .join('')
    .replace(/^\./, '');
  return field.slice(0, shownLength);
};

/** Puts what Ajv found into words; it has to run with `verbose`. */
export const describeFault = (error: ErrorObject | undefined): Fault => {
  if (error === undefined)
    return { field: '', kind: 'wrong', got: 'nothing', takes: 'something else' };
  const { instancePath, keyword, params, data } = error;
  const schema = (error.parentSchema ?? {}) as Json;
  const properties = (schema['properties'] ?? {}) as Readonly<Record<string, Json>>;
  if (keyword === 'required') {
    const name = String(params['missingProperty']);
    const takes = describeSchema(properties[name] ?? schema);
    return { field: fieldOf(instancePath, name), kind: 'missing', got: 'nothing', takes };
  }
  if (keyword === 'additionalProperties') {
    const name = String(params['additionalProperty']);
    const takes = Object.keys(properties).join(', ');
    return { field: fieldOf(instancePath, name), kind: 'unknown', got: 'a value', takes };
  }
  if (keyword === 'discriminator') {
    const tag = String(params['tag']);
    const got = show((data as Json)[tag]);
    return { field: fieldOf(instancePath, tag), kind: 'wrong', got, takes: describeSchema(schema) };
  }
  const kind = keyword === 'maxItems' ? 'too-many' : 'wrong';
  const got = Array.isArray(data) && kind === 'too-many' ? `${data.length} items` : show(data);
  return { field: fieldOf(instancePath), kind, got, takes: describeSchema(schema) };
};

/** In the words of the monitor's own API and of `monitors.yaml`. */
export const showFault = ({ field, kind, got, takes }: Fault): string => {
  if (kind === 'unknown') return `${field} is not known; it takes one of ${takes}`;
  return `${field === '' ? 'the body' : field} got ${got}; it takes ${takes}`;
};

/** In the words that Exemplar's and OpShift's clients are used to. */
export const showFaultAsRule = ({ field, kind, got, takes }: Fault): string => {
  if (kind === 'missing') return `${field} is required: ${takes}`;
  return `${field === '' ? 'the body' : field} must be ${takes}, got ${got}`;
};
