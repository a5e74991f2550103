import type { ValidateFunction } from 'ajv';
import { Ajv } from 'ajv';
import type { FastifyInstance } from 'fastify';

import type { Fault } from './fault.ts';
import { describeFault } from './fault.ts';
import type { Json } from './json-schema.ts';

/**
 * Nothing is converted, added or removed: a number in quotes is a mistake that is told, not repaired. Lengths are those of
 * JavaScript's strings.
 */
const rules = {
  strict: true,
  strictTypes: false,
  strictRequired: false,
  discriminator: true,
  verbose: true,
  unicode: false,
  logger: false,
} as const;
const ajv = new Ajv(rules);

/** In a query everything is text: here a number may be one of digits. */
const queryAjv = new Ajv({ ...rules, coerceTypes: true });

/** Compiles a schema, once. */
const compile = (schema: Json): ValidateFunction => ajv.compile(schema);

/** Makes a judge: it returns what is wrong with a value, or `null`. */
export const compileSchema = (schema: Json): ((value: unknown) => Fault | null) => {
  const validate = compile(schema);
  return (value) => (validate(value) ? null : describeFault(validate.errors?.[0]));
};

/** An answer to a body or a query that its schema refuses. */
export class BodyError extends Error {
  readonly statusCode: number;

  constructor(message: string, statusCode = 400) {
    super(message);
    this.statusCode = statusCode;
  }
}

/**
 * Makes the schemas of this scope's routes count, with this scope's words for what is wrong. No body counts as `{}`.
 * @param tooMany the status for a list that is too long; default 400
 */
export const useSchemas = (
  app: FastifyInstance,
  show: (fault: Fault) => string,
  tooMany = 400,
): void => {
  app.setValidatorCompiler(({ schema, httpPart }) =>
    httpPart === 'querystring' ? queryAjv.compile(schema as Json) : compile(schema as Json),
  );
  app.setSchemaErrorFormatter((errors) => {
    const fault = describeFault(errors[0]);
    return new BodyError(show(fault), fault.kind === 'too-many' ? tooMany : 400);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    request.body ??= {};
    done();
  });
};
