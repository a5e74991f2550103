import { maxTimeMs } from '../schema/json-schema.ts';
import { BodyError } from '../schema/validate.ts';
import type { PageOptions } from '../store/store.ts';

/** A query that its schema (`../schema/queries.ts`) has let through. */
export interface Query {
  readonly limit?: number;
  readonly cursor?: string;
  readonly from?: string;
  readonly to?: string;
  readonly state?: string;
  readonly tag?: string;
  readonly search?: string;
  readonly status?: 'open' | 'resolved';
}

/** Takes `limit` and `cursor` out of it. */
export const readPageQuery = ({ limit, cursor }: Query): PageOptions => ({
  ...(limit === undefined ? {} : { limit }),
  ...(cursor === undefined ? {} : { cursor }),
});

/**
 * Reads a time in milliseconds since 1970 or as ISO 8601; `undefined` when it is missing.
 * @throws BodyError for a day that no month has
 */
export const readTimeQuery = (name: string, text: string | undefined): number | undefined => {
  if (text === undefined) return undefined;
  const timeMs = /^\d+$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isFinite(timeMs)) return Math.min(timeMs, maxTimeMs);
  throw new BodyError(`${name} got ${JSON.stringify(text)}; it takes a time that there is`);
};
