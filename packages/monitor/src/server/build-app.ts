import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance } from 'fastify';
import fastify from 'fastify';

import { registerApi } from '../api/register-api.ts';
import { batch } from '../ingest/batch.ts';
import type { Dialect, DialectContext } from '../ingest/dialect.ts';
import { exemplar } from '../ingest/exemplar.ts';
import { healthchecks } from '../ingest/healthchecks.ts';
import { opshift } from '../ingest/opshift.ts';
import { peekapi } from '../ingest/peekapi.ts';
import { steadycron } from '../ingest/steadycron.ts';
import type { MonitorLogger, ResolvedOptions } from '../options.ts';
import { registerPages } from '../web/pages.ts';
import { guardHost } from './guard-host.ts';
import type { OperationContext } from './operation.ts';
import { registerOperation } from './operation.ts';

/** Every dialect that is spoken. */
const dialects: readonly Dialect[] = [batch, healthchecks, exemplar, steadycron, opshift, peekapi];

/** What the routes work with. */
export interface AppContext extends DialectContext, OperationContext {
  readonly logger: MonitorLogger;
  readonly trustProxy: boolean;
  readonly rateLimit: ResolvedOptions['rateLimit'];
}

/** Puts the routes together. */
export const buildApp = async (context: AppContext): Promise<FastifyInstance> => {
  const app = fastify({
    bodyLimit: 1_048_576,
    routerOptions: { maxParamLength: 1024, ignoreTrailingSlash: true },
    requestTimeout: 30_000,
    forceCloseConnections: 'idle',
    trustProxy: context.trustProxy,
  });
  logFailures(app, context.logger);
  if (context.access.open) guardHost(app);
  const { requestsPerMinute, pingsPerMinute } = context.rateLimit;
  await app.register(async (scope) => {
    await limit(scope, context, pingsPerMinute);
    protectPings(scope);
    for (const dialect of dialects) {
      await scope.register((inner, _options, done) => {
        dialect.register(inner, context);
        done();
      });
    }
  });
  await app.register(async (scope) => {
    await limit(scope, context, requestsPerMinute);
    await protect(scope);
    await scope.register((inner) => registerApi(inner, context));
    await scope.register((inner) => registerOperation(inner, context));
    await scope.register((inner) => registerPages(inner, context));
  });
  return app;
};

/** The route is logged as it was registered: its parameters may be secrets. */
const logFailures = (app: FastifyInstance, logger: MonitorLogger): void => {
  app.addHook('onError', (request, _reply, error, done) => {
    if ((error.statusCode ?? 500) >= 500) {
      logger.error(
        `${request.method} ${request.routeOptions.url ?? '?'} failed: ${error.stack ?? error.message}`,
      );
    }
    done();
  });
};

const protect = async (app: FastifyInstance): Promise<void> => {
  const self = ["'self'"];
  const none = ["'none'"];
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: none,
        scriptSrc: self,
        styleSrc: self,
        imgSrc: [...self, 'data:'],
        connectSrc: self,
        formAction: self,
        baseUri: none,
        frameAncestors: none,
      },
    },
    // the monitor may well be reached without TLS on its own network
    strictTransportSecurity: false,
  });
  // inside this scope, so that these answers carry the headers, too
  app.setNotFoundHandler((request, reply) =>
    reply.code(404).send({
      statusCode: 404,
      error: 'Not Found',
      message: `Route ${request.method}:${request.url} not found`,
    }),
  );
};

/** What a browser must know if it is ever led to an address for pings. Helmet would work it out anew for each of them. */
const protectPings = (app: FastifyInstance): void => {
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.headers({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
      'referrer-policy': 'no-referrer',
    });
    done();
  });
};

/** Where everyone on the machine may do everything anyway, counting requests protects nothing. */
const limit = async (
  scope: FastifyInstance,
  context: AppContext,
  perMinute: number,
): Promise<void> => {
  if (context.access.open) return;
  const options = { max: perMinute, timeWindow: 60_000, cache: 20_000 };
  await scope.register(rateLimit, { ...options, global: false });
  // a hook of the scope, because one of the route would come after the check of the key
  scope.addHook('onRequest', scope.rateLimit(options));
};
