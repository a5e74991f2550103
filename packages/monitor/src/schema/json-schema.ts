/** A JSON Schema, as OpenAPI 3.1 and Ajv understand it. */
export type Json = Readonly<Record<string, unknown>>;

/** Ten years: more than any schedule has, and exact in every column. */
export const longestMs: number = 315_360_000_000;
/** The largest time that a Date can hold. */
export const maxTimeMs: number = 8_640_000_000_000_000;

/** An object with these properties; others are ignored unless `more` says otherwise. */
export const object = (
  properties: Json,
  required: readonly string[] = [],
  more: Json = {},
): Json => ({
  type: 'object',
  ...(required.length === 0 ? {} : { required }),
  properties,
  ...more,
});

/** The same, or `null`. */
export const orNull = (schema: Json): Json => ({ ...schema, type: [schema['type'], 'null'] });

/** A monitor's key: what is stored, shown and put into addresses has no control characters and no half surrogates. */
export const monitorKey: Json = {
  type: 'string',
  minLength: 1,
  maxLength: 256,
  pattern: String.raw`^[^\u0000-\u001F\u007F-\u009F\u2028\u2029\uD800-\uDFFF]*$`,
  description: '1 to 256 characters, none of them a control character',
};

/** Anything but an array; what is in it is stored as it came. */
export const anyObject: Json = { type: 'object' };
