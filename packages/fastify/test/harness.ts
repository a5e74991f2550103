import type { AddressInfo } from 'node:net';
import type {
  AdapterHarness,
  ContractApp,
  ContractSetup,
  Exchange,
} from '@lubdub/test-kit/adapter-contract';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import heartbeat, { type HeartbeatRoute } from '../src/index.ts';

const exchangeOf = (request: FastifyRequest, reply: FastifyReply): Exchange => ({
  request: request.raw,
  response: reply.raw,
  send: (statusCode, body) => reply.code(statusCode).send(body),
  redirect: (location) => reply.redirect(location),
  hijack: () => void reply.hijack(),
});

const build = async (setup: ContractSetup): Promise<FastifyInstance> => {
  const forceCloseConnections = setup.forcesClose === true;
  const app = (setup.http2 === true
    ? fastify({ http2: true })
    : fastify({ forceCloseConnections })) as unknown as FastifyInstance;
  app.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) =>
    done(null, body),
  );
  if (setup.unmonitored !== true) {
    await app.register(heartbeat, {
      client: setup.client,
      drainTimeoutMs: 2_000,
      flushTimeoutMs: setup.flushTimeoutMs,
    });
  }
  if (setup.recovers === true)
    app.setErrorHandler((_error, _request, reply) => reply.code(200).send('recovered'));
  for (const { method, path: url, key, options, handle } of setup.routes) {
    const config: { heartbeat?: HeartbeatRoute } =
      key === undefined ? {} : { heartbeat: { key, ...options } };
    app.route({
      method,
      url,
      config,
      handler: (request, reply) => handle(exchangeOf(request, reply)),
    });
  }
  return app;
};

const start = async (setup: ContractSetup): Promise<ContractApp> => {
  const app = await build(setup);
  await app.listen({ port: 0, host: '127.0.0.1' });
  return {
    port: (app.server.address() as AddressInfo).port,
    close: async () => app.close(),
    inject: (method, url) => app.inject({ method, url }),
  };
};

/** The Fastify plugin on the real Fastify. */
export const fastifyHarness: AdapterHarness = {
  name: 'Fastify 5',
  speaksHttp2: true,
  injects: true,
  answersRejections: true,
  start,
};
