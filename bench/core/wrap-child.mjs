// One subject of the wrap benchmark: 10,000 calls of an async no-op, awaited one by one, then whatever it needs to deliver.
import { createRequire } from 'node:module';

const { subject, url, calls } = JSON.parse(process.argv[2]);
const peer = createRequire(new URL('../peers/package.json', import.meta.url));
const dist = (path) => new URL(`../../packages/core/dist/${path}`, import.meta.url);
const job = async () => {};

// Cronitor's address is fixed in its code.
const redirect = (config) => ({
  ...config,
  url: config.url.replace(/^https?:\/\/[^/]+/u, url),
});

const subjects = {
  bare: async () => ({ call: job, finish: async () => {} }),
  lubdub: async () => {
    const { createHeartbeat } = await import(dist('index.js'));
    const { lubdub } = await import(dist('providers/lubdub.js'));
    const heartbeat = createHeartbeat({ provider: lubdub({ baseUrl: url }) });
    return { call: heartbeat.wrap('bench', job), finish: () => heartbeat.flush(30_000) };
  },
  sentry: async () => {
    const { init, withMonitor, flush } = peer('@sentry/node');
    init({ dsn: `${url.replace('://', '://public@')}/1`, tracesSampleRate: 0 });
    return { call: () => withMonitor('bench', job), finish: () => flush(30_000) };
  },
  cronitor: async () => {
    const cronitor = peer('cronitor')('apikey');
    cronitor._api.axios.interceptors.request.use(redirect);
    return { call: cronitor.wrap('bench', job), finish: async () => {} };
  },
};

const { call, finish } = await subjects[subject]();
// Warm, as a process is that has run jobs for a while.
for (let index = 0; index < calls * 3; index += 1) {
  await call();
  if (index % 1_000 === 999) await new Promise(setImmediate);
}
await finish();
await fetch(`${url}/reset`);
const cpu = process.cpuUsage();
const started = performance.now();
for (let index = 0; index < calls; index += 1) await call();
const callingUs = ((performance.now() - started) * 1_000) / calls;
await finish();
const { user, system } = process.cpuUsage(cpu);
const { ended } = await (await fetch(`${url}/counts`)).json();
process.send(
  {
    callingUs,
    cpuUs: (user + system) / calls,
    ended,
    rssMb: process.memoryUsage().rss / 1_048_576,
  },
  () => process.exit(),
);
