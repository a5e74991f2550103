import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Access } from '../access/access.ts';
import type { Clock } from '../clock.ts';
import type { Store } from '../store/store.ts';

/** What a dialect works with. */
export interface DialectContext {
  readonly store: Store;
  readonly clock: Clock;
  readonly access: Access;
  /** OpShift secrets that are valid now, during a rotation two. */
  readonly opshiftSecrets: readonly string[];
  /** Counts pings for `/metrics`. */
  readonly countPing: (dialect: string, status: string, count: number) => void;
}

/** One service's way to send pings. Each is registered in a scope of its own, with its own parsers and error form. */
export interface Dialect {
  readonly name: string;
  register(app: FastifyInstance, context: DialectContext): void;
}

/** Makes every route of this scope ask for a key that may ping, before a body is read. */
export const requirePingKey = (
  app: FastifyInstance,
  { access }: DialectContext,
  readKey: (request: FastifyRequest) => string | undefined,
  refuse: (reply: FastifyReply) => FastifyReply,
): void => {
  if (access.open) return;
  app.addHook('onRequest', async (request, reply) =>
    (await access.check(readKey(request), 'ping')) === 'allowed' ? undefined : refuse(reply),
  );
};

/** The key in an `X-API-Key` header. */
export const headerKey = (request: FastifyRequest): string | undefined => {
  const key = request.headers['x-api-key'];
  return typeof key === 'string' ? key : undefined;
};
