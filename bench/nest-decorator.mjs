// node bench/nest-decorator.mjs [folder], after a build
//
// What a call of a method with @Heartbeat() costs beside the same method in client.wrap() and, where `folder` has
// @sentry/nestjs, with @SentryCron; and what 1,000 decorated methods add to the start of an application.
// `folder` (default packages/nestjs) is where the packages are resolved from. BENCH_ROUNDS changes the length.
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const rounds = Number(process.env.BENCH_ROUNDS ?? 201);
const callsPerRound = 200;
const folder = resolve(process.argv[2] ?? join(import.meta.dirname, '..', 'packages', 'nestjs'));
const require = createRequire(join(folder, 'package.json'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href);
const flat = (module) => ({ ...module.default, ...module });

await load('reflect-metadata');
const { createHeartbeat } = flat(await load('@lubdub/core'));
const { lubdub } = flat(await load('@lubdub/core/providers/lubdub'));
const own = require(join(folder, 'package.json')).name === '@lubdub/nestjs';
const { Heartbeat, HeartbeatModule } = flat(
  await (own
    ? import(pathToFileURL(join(folder, 'dist', 'index.js')).href)
    : load('@lubdub/nestjs')),
);
const { Injectable, Module } = flat(await load('@nestjs/common'));
const { NestFactory } = flat(await load('@nestjs/core'));

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const answer = { kind: 'response', status: 200, headers: {}, body: '{"accepted":1,"rejected":[]}' };
const sink = {
  name: 'sink',
  send: (_request, done) => setImmediate(() => done(answer)),
  close() {},
};
const createClient = () =>
  createHeartbeat({
    provider: lubdub({ baseUrl: 'http://127.0.0.1:9' }),
    transport: sink,
    queue: { maxPings: 100_000 },
    exitBudgetMs: 0,
  });

const sentryTransport = () => ({
  send: async () => ({ statusCode: 200 }),
  flush: async () => true,
});

async function loadSentry() {
  let sentry;
  try {
    sentry = flat(await load('@sentry/nestjs'));
  } catch {
    return undefined;
  }
  sentry.init({
    dsn: 'http://key@127.0.0.1:9/1',
    transport: sentryTransport,
    defaultIntegrations: false,
  });
  return sentry;
}

/** A class made anew, with methods that do next to nothing. */
function makeType(className, names, isAsync) {
  const type = { [className]: class extends Object {} }[className];
  for (const name of names) {
    const value = isAsync ? async (n) => n + 1 : (n) => n + 1;
    Object.defineProperty(type.prototype, name, { value, configurable: true, writable: true });
  }
  return type;
}

function decorate(type, name, decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, name);
  for (const decorator of decorators) decorator(type.prototype, name, descriptor);
  Object.defineProperty(type.prototype, name, descriptor);
}

async function startApplication(types, client) {
  const root = makeType('App', []);
  Module({ imports: [HeartbeatModule.forRoot({ client })], providers: types })(root);
  return NestFactory.createApplicationContext(root, { logger: false });
}

/** Nanoseconds a call. */
async function time(jobs, name, isAsync) {
  globalThis.gc?.();
  const started = process.hrtime.bigint();
  if (isAsync) for (let n = 0; n < callsPerRound; n += 1) await jobs[name](n);
  else for (let n = 0; n < callsPerRound; n += 1) jobs[name](n);
  return Number(process.hrtime.bigint() - started) / callsPerRound;
}

async function measureCalls(isAsync) {
  const client = createClient();
  const sentry = await loadSentry();
  const variants = ['bare', 'wrapped', 'heartbeat', ...(sentry === undefined ? [] : ['sentry'])];
  const type = makeType('Jobs', variants, isAsync);
  decorate(type, 'heartbeat', [Heartbeat('bench')]);
  if (sentry !== undefined) decorate(type, 'sentry', [sentry.SentryCron('bench')]);
  type.prototype.wrapped = client.wrap('bench', type.prototype.wrapped);
  Injectable()(type);
  const app = await startApplication([type], client);
  const jobs = app.get(type);
  const times = Object.fromEntries(variants.map((name) => [name, []]));
  for (let round = 0; round < rounds + 10; round += 1) {
    for (const name of round % 2 === 0 ? variants : variants.toReversed()) {
      const ns = await time(jobs, name, isAsync);
      if (round >= 10) times[name].push(ns);
      await client.flush(10_000);
    }
  }
  await app.close();
  await client.close();
  // each round against its own client.wrap(), for the machine has other work as well
  const ratio = (name) => median(times[name].map((ns, round) => ns / times.wrapped[round]));
  return variants.map((name) => ({ name, ns: median(times[name]), ratio: ratio(name) }));
}

const jobNames = Array.from({ length: 10 }, (_, index) => `job${index}`);

function makeTypes(decorators) {
  return Array.from({ length: 100 }, (_, index) => {
    const type = makeType(`Jobs${index}`, jobNames, false);
    for (const name of jobNames) decorate(type, name, decorators());
    Injectable()(type);
    return type;
  });
}

async function measureStart() {
  const times = { without: [], with: [], hook: [] };
  for (let round = 0; round < 40; round += 1) {
    for (const variant of ['without', 'with']) {
      const types = makeTypes(() => (variant === 'with' ? [Heartbeat()] : []));
      const client = createClient();
      globalThis.gc?.();
      const started = performance.now();
      const app = await startApplication(types, client);
      const tookMs = performance.now() - started;
      const life = app.get(Symbol.for('lubdub.nestjs.lifecycle:default'));
      const hooked = performance.now();
      life.onModuleInit();
      if (round >= 10) times[variant].push(tookMs);
      if (round >= 10 && variant === 'with') times.hook.push(performance.now() - hooked);
      await app.close();
      await client.close();
    }
  }
  // the best of many: whatever else the machine does only ever adds
  const [without, decorated, hook] = [times.without, times.with, times.hook].map((all) =>
    Math.min(...all),
  );
  return { without, added: decorated - without, hook };
}

const words = {
  bare: 'the method alone',
  wrapped: 'in client.wrap()',
  heartbeat: 'with @Heartbeat()',
  sentry: 'with @SentryCron',
};
for (const isAsync of [false, true]) {
  const calls = await measureCalls(isAsync);
  console.log(`${isAsync ? 'async' : 'sync'} method, median of ${rounds} rounds`);
  for (const { name, ns, ratio } of calls)
    console.log(
      `  ${words[name].padEnd(20)} ${ns.toFixed(0).padStart(7)} ns a call   x${ratio.toFixed(2)} of client.wrap()`,
    );
}
const start = await measureStart();
console.log(
  `start of an application with 1,000 methods in 100 classes: ${start.without.toFixed(1)} ms; decorated +${start.added.toFixed(1)} ms, of which our own onModuleInit ${start.hook.toFixed(1)} ms`,
);
process.exit(0);
