/** Stable codes of what can be wrong with the monitor's options and surroundings. */
export type MonitorErrorCode =
  | 'ERR_LUBDUB_INVALID_OPTION'
  | 'ERR_LUBDUB_UNKNOWN_OPTION'
  | 'ERR_LUBDUB_DATA_DIR'
  | 'ERR_LUBDUB_DATABASE'
  | 'ERR_LUBDUB_PORT_TAKEN'
  | 'ERR_LUBDUB_HOST'
  | 'ERR_LUBDUB_ADMIN_KEY_REQUIRED';

/** The one error class of the monitor; core's `isLubdubError` recognises it by its brand. */
export class MonitorError extends Error {
  /** Stable code, for programs. */
  readonly code: MonitorErrorCode;
  /** The option the error is about, when it is about one. */
  readonly option: string | undefined;

  constructor(
    code: MonitorErrorCode,
    message: string,
    details: { readonly option?: string; readonly cause?: unknown } = {},
  ) {
    super(
      `${message} [${code}]`,
      details.cause === undefined ? undefined : { cause: details.cause },
    );
    this.name = 'MonitorError';
    this.code = code;
    this.option = details.option;
    Object.defineProperty(this, Symbol.for('lubdub.error'), { value: true });
  }
}

/** The error for an option of the wrong type or range. */
export const invalidOption = (option: string, got: unknown, takes: string): MonitorError =>
  new MonitorError(
    'ERR_LUBDUB_INVALID_OPTION',
    `Option "${option}" got ${typeof got === 'string' ? JSON.stringify(got) : String(got)}; it takes ${takes}.`,
    { option },
  );
