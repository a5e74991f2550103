import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { Access } from '../access/access.ts';
import { bearerKey } from '../access/access.ts';
import type { ChannelContext } from '../channels/test-channel.ts';
import type { Scope } from '../store/key-store.ts';
import type { Store } from '../store/store.ts';

/** What the API works with. */
export interface ApiContext extends ChannelContext {
  readonly store: Store;
  readonly access: Access;
  /** Shown to those who may administrate. */
  readonly opshiftSecrets: readonly string[];
}

/** Answers and returns false unless the request carries a key that may do what `scope` names. */
export const admit = async (
  context: ApiContext,
  request: FastifyRequest,
  reply: FastifyReply,
  scope: Scope,
): Promise<boolean> => {
  const verdict = await context.access.check(bearerKey(request.headers.authorization), scope);
  if (verdict === 'allowed') return true;
  const forbidden = verdict === 'forbidden';
  await reply.code(forbidden ? 403 : 401).send({
    error: {
      code: forbidden ? 'forbidden' : 'unauthorized',
      message: forbidden
        ? `This key lacks the scope "${scope}".`
        : 'An API key is needed: Authorization: Bearer <key>.',
    },
  });
  return false;
};

/** Makes every route of this scope ask for a key first. */
export const requireScope = (app: FastifyInstance, context: ApiContext, scope: Scope): void => {
  app.addHook('onRequest', async (request, reply) => {
    if (!(await admit(context, request, reply, scope))) return reply;
    return undefined;
  });
};

/** Answers that there is no such thing. */
export const unknown = (reply: FastifyReply, what: string, name: string): FastifyReply =>
  reply.code(404).send({
    error: { code: `unknown-${what}`, message: `There is no ${what} ${JSON.stringify(name)}.` },
  });
