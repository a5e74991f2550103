import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { remembering } from '../ping/remember.ts';

/** Gives the id of the consumer that sent a request, from its headers (lower-case names); null or undefined: nobody known. */
export type IdentifyConsumer = (headers: IncomingHttpHeaders) => string | null | undefined;

const hash = (authorization: string): string =>
  `hash_${createHash('sha256').update(authorization).digest('hex').slice(0, 12)}`;

/**
 * Makes the default of {@link IdentifyConsumer}, PeekAPI's: `X-API-Key` as it is; else `Authorization` as `hash_` and the first
 * 12 hex digits of its SHA-256. It remembers the hashes of the last values, since hashing costs more than the rest of a request.
 */
export const createConsumerIdentifier = (): IdentifyConsumer => {
  const idOf = remembering(hash);
  return (headers) => {
    const apiKey = headers['x-api-key'];
    if (typeof apiKey === 'string' && apiKey !== '') return apiKey;
    const { authorization } = headers;
    return typeof authorization === 'string' && authorization !== ''
      ? idOf(authorization)
      : undefined;
  };
};
