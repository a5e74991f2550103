// What does an outage cost the job? A run a millisecond on a simulated clock, with the service healthy, refusing, hanging and
// answering 500. The bound is the queue's: 10,000 pings, 16 MiB. `--real` sends over real sockets for a whole simulated hour,
// 3,600,000 runs a mode. Build first: pnpm build.
import { createServer } from 'node:net';
import { loadavg } from 'node:os';
import { measure, startReceiver } from './core/run.mjs';

const real = process.argv.includes('--real');
const runs = Number(process.env.BENCH_SECONDS ?? (real ? 3_600 : 600)) * 1_000;

const listening = (onSocket) =>
  new Promise((resolve) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined);
      onSocket(socket);
    }).listen(0, '127.0.0.1', () =>
      resolve({ url: `http://127.0.0.1:${server.address().port}`, stop: () => server.close() }),
    );
    server.unref();
  });

/** A real service in each state; time limits are real, so a hanging one is given up sooner than in life. */
const services = {
  healthy: () => startReceiver(),
  down: async () => {
    const gone = await listening(() => undefined);
    gone.stop();
    return gone;
  },
  hangs: () => listening((socket) => socket.resume()),
  500: () =>
    listening((socket) =>
      socket.on('data', () => socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n')),
    ),
};

console.log(
  `| service, ${real ? 'real socket' : 'simulated'} | runs | job µs a run, median | ratio to healthy | p99 | heap growth MB | resident MB | most pings kept | requests | timers that hold | handles that hold |`,
);
console.log(`| --- |${' ---: |'.repeat(10)}`);
let healthy;
for (const mode of ['healthy', 'down', 'hangs', '500']) {
  const service = real ? await services[mode]() : { url: undefined, stop() {} };
  const input = { mode, runs, url: service.url, timeoutMs: real ? 100 : 5_000 };
  const result = await measure('./outage-child.mjs', input, ['--expose-gc']);
  service.stop();
  healthy ??= result.jobUs;
  const numbers = [
    result.runs,
    result.jobUs.toFixed(2),
    (result.jobUs / healthy).toFixed(2),
    result.p99Us.toFixed(1),
    result.growthMb.toFixed(1),
    result.rssMb.toFixed(0),
    result.mostKept,
    result.requests,
    result.held,
    result.handles,
  ];
  console.log(`| ${mode} | ${numbers.join(' | ')} |`);
}
console.log(`\nload ${loadavg()[0].toFixed(1)}`);
