/** Where warnings go; `console`, pino and Nest's logger (through its adapter) fit. */
export interface Logger {
  warn(message: string): void;
  error(message: string): void;
  info?(message: string): void;
  debug?(message: string): void;
}

/** Writes warnings and errors to the console, nothing else. */
export const consoleLogger: Logger = {
  warn: (message) => console.warn(`lubdub: ${message}`),
  error: (message) => console.error(`lubdub: ${message}`),
};
