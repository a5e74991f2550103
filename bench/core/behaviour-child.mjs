// One question about one wrapper, answered by a line `ANSWER yes` or `ANSWER no`; some are answered by what the service heard.
import { createRequire } from 'node:module';

const [, , subject, question, url] = process.argv;
const peer = createRequire(new URL('../peers/package.json', import.meta.url));
const dist = (path) => new URL(`../../packages/core/dist/${path}`, import.meta.url);
const key = 'key0123456789';

// Cronitor's address is fixed in its code.
const redirect = (config) => ({ ...config, url: config.url.replace(/^https?:\/\/[^/]+/u, url) });

const wrappers = {
  lubdub: async () => {
    const { createHeartbeat } = await import(dist('index.js'));
    const { cronitor } = await import(dist('providers/cronitor.js'));
    const heartbeat = createHeartbeat({ provider: cronitor({ apiKey: key, baseUrl: url }) });
    return { wrap: (job) => heartbeat.wrap('job', job), finish: () => heartbeat.flush(50_000) };
  },
  '@sentry/node': async () => {
    const { init, withMonitor, flush } = peer('@sentry/node');
    init({ dsn: `${url.replace('://', `://${key}@`)}/1`, tracesSampleRate: 0 });
    // it takes a callback; a wrapper around it is what an application would write
    const wrap =
      (job) =>
      (...args) =>
        withMonitor('job', () => job(...args));
    return { wrap, finish: () => flush(50_000) };
  },
  cronitor: async () => {
    const cronitor = peer('cronitor')(key);
    cronitor._api.axios.interceptors.request.use(redirect);
    return { wrap: (job) => cronitor.wrap('job', job), finish: async () => {} };
  },
};

const answer = (good) => console.log(`ANSWER ${good ? 'yes' : 'no'}`);
/** Yes, or after how long. */
const answerLate = (began) => {
  const seconds = Math.round((performance.now() - began) / 1_000);
  console.log(`ANSWER ${seconds === 0 ? 'yes' : `after ${seconds} s`}`);
};
const { wrap, finish } = await wrappers[subject]();

const ask = {
  async result() {
    answer((await wrap(async () => 42)()) === 42);
  },
  async arguments() {
    let seen = [];
    await wrap(async (...args) => {
      seen = args;
    })('one', 'two', 'three');
    answer(seen.length === 3);
  },
  async error() {
    const error = new Error('no rows');
    const job = wrap(async () => {
      throw error;
    });
    const caught = await job().catch((thrown) => thrown);
    answer(caught === error);
  },
  synchronous: async () => answer(wrap(() => 42)() === 42),
  async shape() {
    const wrapped = wrap(async function process(job, token, signal) {
      return signal;
    });
    answer(wrapped.name === 'process' && wrapped.length === 3);
  },
  async hangs() {
    const began = performance.now();
    await wrap(async () => answerLate(began))();
  },
  async waits() {
    const began = performance.now();
    await wrap(async () => 42)();
    answerLate(began);
  },
  async down() {
    answer((await wrap(async () => 42)()) === 42);
  },
  async secret() {
    await wrap(async () => 42)();
    await finish();
  },
  async exit() {
    await wrap(async () => 42)();
    // eslint-disable-next-line unicorn/no-process-exit -- the question is what becomes of the end
    process.exit(0);
  },
};
await ask[question]();
process.exit(0);
