import type { FastifyInstance } from 'fastify';

import type { PageContext } from '../context.ts';
import { renderLogin } from '../render/login.ts';
import { sendPage } from '../send-page.ts';
import { beginSession, endSession } from '../session/session.ts';
import { isSameOrigin, stranger } from '../session/viewer.ts';
import { queryOf } from './board.ts';

/** A path of this monitor, whatever was asked for: nobody is led elsewhere after signing in. */
export const localPath = (text: string | null): string => {
  if (text === null || !/^\/(?![/\\])/.test(text) || !URL.canParse(text, 'http://here')) return '/';
  const url = new URL(text, 'http://here');
  return url.origin === 'http://here' ? url.pathname + url.search : '/';
};

/** Signing in with an API key, and out. */
export const registerLogin = (app: FastifyInstance, context: PageContext): void => {
  const { access, clock, seal, attempts } = context;
  app.get('/login', (request, reply) =>
    access.open
      ? reply.redirect('/', 303)
      : sendPage(
          reply,
          renderLogin(
            stranger(request, clock.wallMs()),
            localPath(queryOf(request).get('next')),
            null,
          ),
        ),
  );
  app.post('/login', async (request, reply) => {
    const fields = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    const next = localPath(fields.get('next'));
    const nowMs = clock.wallMs();
    const refuse = (code: number, fault: string) =>
      sendPage(reply.code(code), renderLogin(stranger(request, nowMs), next, fault));
    if (!isSameOrigin(request)) return refuse(403, 'This form came from somewhere else.');
    if (!attempts.mayTry(request.ip, nowMs)) {
      void reply.header('retry-after', '60');
      return refuse(429, 'Too many attempts. Wait a minute.');
    }
    const key = (fields.get('key') ?? '').trim();
    const verdict = await access.check(key, 'read');
    if (verdict === 'allowed') {
      beginSession(request, reply, seal, key, nowMs);
      return reply.redirect(next, 303);
    }
    attempts.fail(request.ip, nowMs);
    return refuse(
      401,
      verdict === 'forbidden' ? 'This key may only ping.' : 'This key is not known.',
    );
  });
  app.post('/logout', (request, reply) => {
    if (isSameOrigin(request)) endSession(request, reply);
    return reply.redirect('/login', 303);
  });
};
