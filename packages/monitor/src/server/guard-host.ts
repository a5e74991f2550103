import type { FastifyInstance } from 'fastify';

import { isLoopback } from '../options.ts';

/**
 * An open monitor answers only to loopback names, and changes nothing for a page of another origin: a web site that the
 * user looks at could otherwise point its own name at 127.0.0.1, or post a form.
 */
export const guardHost = (app: FastifyInstance): void => {
  // most requests name the same host
  let known: string | undefined;
  const isOwn = (header: string | undefined): boolean => {
    if (header !== undefined && header === known) return true;
    const host = hostName(header);
    if (host === null || !isLoopback(host)) return false;
    known = header;
    return true;
  };
  app.addHook('onRequest', (request, reply, done) => {
    const { host, origin } = request.headers;
    const foreign = origin !== undefined && origin !== `http://${host}`;
    if (isOwn(host) && !(foreign && request.method !== 'GET')) return done();
    const message = 'Without an admin key the monitor answers on loopback names only.';
    return void reply.code(403).send({ error: { code: 'forbidden', message } });
  });
};

const hostName = (header: string | undefined): string | null => {
  const match = /^(?:\[([0-9a-f:]+)\]|([^:[\]]+))(?::\d+)?$/i.exec(header ?? '');
  return match?.[1] ?? match?.[2] ?? null;
};
