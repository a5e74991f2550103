import { canonicalRunId } from './ids.ts';
import { serialiseMetadata } from './metadata.ts';
import type { PingContent } from './record.ts';
import type { Redactor } from './redact.ts';

/** A property of anything at all; undefined where reading it fails. */
export const readField = (source: unknown, name: string): unknown => {
  try {
    return source === null || source === undefined
      ? undefined
      : (source as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
};

const textField = (source: unknown, name: string): string | undefined => {
  const value = readField(source, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** A finite number, or undefined. */
export const numberField = (source: unknown, name: string): number | undefined => {
  const value = readField(source, name);
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** The finite numbers among the properties, or undefined when there are none. Never throws. */
export const numbersIn = (values: unknown): Readonly<Record<string, number>> | undefined => {
  if (typeof values !== 'object' || values === null) return undefined;
  try {
    const numbers: Record<string, number> = {};
    let found = false;
    for (const name of Object.keys(values)) {
      const value = numberField(values, name);
      if (value === undefined) continue;
      numbers[name] = value;
      found = true;
    }
    return found ? numbers : undefined;
  } catch {
    return undefined;
  }
};

const exitCodeIn = (source: unknown): number | undefined => {
  const code = numberField(source, 'exitCode');
  return code !== undefined && Number.isInteger(code) && code >= 0 && code <= 255
    ? code
    : undefined;
};

const nothing: PingContent = {};

/**
 * What a caller wants a ping to carry, read from whatever it gave: fields of a wrong type are left out, metadata is
 * serialised now, secrets in the text are masked. Never throws.
 */
export const contentOf = (given: unknown, redactor: Redactor): PingContent => {
  if (given === undefined) return nothing;
  const message = textField(given, 'message');
  const runId = textField(given, 'runId');
  return {
    message: message === undefined ? undefined : redactor.text(message),
    runId: runId === undefined ? undefined : canonicalRunId(runId),
    metadataJson: serialiseMetadata(readField(given, 'metadata')),
    durationMs: numberField(given, 'durationMs'),
    exitCode: exitCodeIn(given),
    groupKey: textField(given, 'groupKey'),
    metrics: numbersIn(readField(given, 'metrics')),
    reason: textField(given, 'reason'),
  };
};
