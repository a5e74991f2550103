/** Every stable error and warning code of lubdub; each has a section in `docs/errors.md`. */
export type ErrorCode =
  | 'ERR_LUBDUB_INVALID_OPTION'
  | 'ERR_LUBDUB_UNKNOWN_OPTION'
  | 'ERR_LUBDUB_INVALID_KEY'
  | 'ERR_LUBDUB_ALREADY_INITIALIZED'
  | 'ERR_LUBDUB_NOT_INITIALIZED'
  | 'ERR_LUBDUB_MISCONFIGURED'
  | 'ERR_LUBDUB_UNKNOWN_PROVIDER'
  | 'ERR_LUBDUB_SECRET_UNAVAILABLE'
  | 'ERR_LUBDUB_ADDRESS_REFUSED'
  | 'ERR_LUBDUB_PING_FAILED'
  | 'ERR_LUBDUB_NOT_A_FUNCTION'
  | 'ERR_LUBDUB_WRAPPED_TWICE'
  | 'ERR_LUBDUB_REGISTERED_TWICE'
  | 'ERR_LUBDUB_DECORATOR_MISPLACED'
  | 'ERR_LUBDUB_CLIENT_NAME'
  | 'ERR_LUBDUB_SPOOL_UNUSABLE'
  | 'ERR_LUBDUB_CLOSED';

const brand: unique symbol = Symbol.for('lubdub.error') as never;

/** Where the documentation of a code is found. */
export const errorDocsUrl = (code: string): string =>
  `https://github.com/lubdub/lubdub/blob/main/docs/errors.md#${code.toLowerCase()}`;

/**
 * The one error class of lubdub. Recognise it with {@link isLubdubError}, not with `instanceof`: an ESM and a CommonJS
 * copy of the package have two classes.
 */
export class LubdubError extends Error {
  /** Stable code, for programs. */
  readonly code: string;
  /** The option the error is about, dotted for nested ones (`retry.baseMs`), when it is about one. */
  readonly option: string | undefined;

  constructor(
    code: ErrorCode | (string & {}),
    message: string,
    details: { option?: string; cause?: unknown } = {},
  ) {
    super(
      `${message} [${code}] ${errorDocsUrl(code)}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'LubdubError';
    this.code = code;
    this.option = details.option;
    Object.defineProperty(this, brand, { value: true });
  }
}

/** True for an error made by any copy of lubdub; with `code`, only for that code. */
export const isLubdubError = (value: unknown, code?: ErrorCode): value is LubdubError =>
  typeof value === 'object' &&
  value !== null &&
  (value as Record<symbol, unknown>)[brand] === true &&
  (code === undefined || (value as LubdubError).code === code);

/** A value as an error message shows it: its type and, where short and harmless, itself. Never a secret's text. */
export const describeValue = (value: unknown): string => {
  if (
    value === null ||
    value === undefined ||
    typeof value === 'boolean' ||
    typeof value === 'number'
  ) {
    return String(value);
  }
  if (typeof value === 'string')
    return value.length === 0
      ? 'an empty string'
      : `the string ${JSON.stringify(value.slice(0, 60))}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Promise) return 'a promise';
  return typeof value === 'function' ? 'a function' : `a value of type ${typeof value}`;
};

/** Makes the error for an option of the wrong type or range: names the option, what it got and what it takes. */
export const invalidOption = (option: string, got: string, takes: string): LubdubError =>
  new LubdubError(
    'ERR_LUBDUB_INVALID_OPTION',
    `Option "${option}" got ${got}; it takes ${takes}.`,
    { option },
  );
