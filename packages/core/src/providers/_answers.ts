import { interpretStatus } from './provider.ts';
import type { Interpretation, ProviderResponse } from './provider.ts';

/** A JSON object of an answer, or an empty one when the body is something else. */
export const readJson = (
  response: Pick<ProviderResponse, 'body'>,
): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(response.body);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : {};
  } catch {
    return {};
  }
};

/** Adds `name` with ready JSON text to the JSON of an object. */
export const withJson = (
  object: Readonly<Record<string, unknown>>,
  name: string,
  json: string | undefined,
): string => {
  const text = JSON.stringify(object);
  if (json === undefined) return text;
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"${name}":${json}}`;
};

/** The text of a field, or undefined when it is missing or no text. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined;

/** {@link interpretStatus} for services where 401 and 403 mean a wrong secret and 404 an unknown monitor. */
export const interpretAnswer = (response: ProviderResponse, proof: boolean): Interpretation => {
  const read = interpretStatus(response, proof);
  if (response.status === 401 || response.status === 403) {
    return {
      ...read,
      reason: 'unauthorized',
      message: 'The service refused the secret.',
      misconfigured: true,
    };
  }
  if (response.status === 404) {
    return {
      ...read,
      reason: 'unknown-monitor',
      message: 'The service does not know this monitor.',
      misconfigured: true,
    };
  }
  return read;
};
