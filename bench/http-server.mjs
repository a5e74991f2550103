// One server of the HTTP benchmark, in a process of its own: node http-server.mjs <framework> <variant> <monitor url>
// Talks to its parent: sends its port, and on each message the CPU time and requests since the last.
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';

const [framework, variant, monitorUrl] = process.argv.slice(2);
const from = createRequire(new URL(`../packages/${framework}/package.json`, import.meta.url));
const root = createRequire(new URL('../package.json', import.meta.url));
const lubdubPackage = (name) => import(new URL(`../packages/${name}.js`, import.meta.url).href);

const nowhere = () => new Writable({ write: (_chunk, _encoding, done) => done() });

async function createClient() {
  const { initHeartbeat } = await lubdubPackage('core/dist/index');
  const { lubdub } = await lubdubPackage('core/dist/providers/lubdub');
  const { peekapi } = await lubdubPackage('core/dist/providers/peekapi');
  const provider =
    variant === 'analytics'
      ? peekapi({ apiKey: 'benchmark', baseUrl: monitorUrl })
      : lubdub({ baseUrl: monitorUrl });
  const logger = { warn() {}, error() {} };
  return initHeartbeat({ provider, logger });
}

/** A middleware as its documentation shows it. */
function prometheus() {
  const { Histogram, Counter } = root('prom-client');
  const labelNames = ['method', 'route', 'status_code'];
  const duration = new Histogram({ name: 'http_request_duration_seconds', help: '-', labelNames });
  const total = new Counter({ name: 'http_requests_total', help: '-', labelNames });
  return (request, response, route) => {
    const end = duration.startTimer();
    response.on('finish', () => {
      const labels = { method: request.method, route: route(), status_code: response.statusCode };
      end(labels);
      total.inc(labels);
    });
  };
}

const options = { coalesce: { windowMs: 1_000 } };

async function expressServer() {
  const app = from('express')();
  const adapter = await lubdubPackage('express/dist/index');
  if (variant === 'runs' || variant === 'dead') app.use(adapter.heartbeat('bench', options));
  if (variant === 'analytics') app.use(adapter.trackRequests());
  if (variant === 'pino-http') app.use(root('pino-http')({}, nowhere()));
  if (variant === 'prom-client') {
    const measure = prometheus();
    app.use((request, response, next) => {
      measure(request, response, () => request.route?.path);
      next();
    });
  }
  app.get('/hello/:name', (request, response) => {
    response.json({ hello: request.params.name });
  });
  return new Promise((resolve) => {
    const server = app.listen(0, '127.0.0.1', () => resolve(server));
  });
}

async function fastifyServer() {
  const app = from('fastify')();
  const adapter = await lubdubPackage('fastify/dist/index');
  if (variant === 'runs' || variant === 'dead')
    await app.register(adapter.heartbeatPlugin, { key: 'bench', ...options });
  if (variant === 'analytics') await app.register(adapter.trackRequests);
  if (variant === 'pino-http') {
    const logger = root('pino-http')({}, nowhere());
    app.addHook('onRequest', (request, reply, done) => {
      logger(request.raw, reply.raw);
      done();
    });
  }
  if (variant === 'prom-client') {
    const measure = prometheus();
    app.addHook('onRequest', (request, reply, done) => {
      measure(request.raw, reply.raw, () => request.routeOptions.url);
      done();
    });
  }
  app.get('/hello/:name', (request, reply) => {
    reply.send({ hello: request.params.name });
  });
  await app.listen({ port: 0, host: '127.0.0.1' });
  return app.server;
}

if (variant === 'runs' || variant === 'analytics' || variant === 'dead') await createClient();
const server = await (framework === 'express' ? expressServer() : fastifyServer());
let usage = process.cpuUsage();
process.on('message', () => {
  const { user, system } = process.cpuUsage(usage);
  usage = process.cpuUsage();
  process.send({ cpuUs: user + system });
});
process.on('disconnect', () => process.exit());
process.send({ port: server.address().port });
