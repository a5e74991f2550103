// Keeps more pings than its folder takes, while the service is down, and delivers them when it is back.
import { createHeartbeat } from '@lubdub/core';
import { lubdub } from '@lubdub/core/providers/lubdub';

const [, , url, directory] = process.argv;
const warnings = [];
let thrown = 0;
let isFailing;
const failing = new Promise((resolve) => (isFailing = resolve));
const warn = (text) => {
  warnings.push(text);
  isFailing();
};
const heartbeat = createHeartbeat({
  provider: lubdub({ baseUrl: url }),
  spool: { directory, flushMs: 1 },
  retry: { baseMs: 5, maxMs: 50 },
  breaker: { maxMs: 100 },
  logger: { warn, error: warn },
});
const outcomes = [];
for (let number = 0; number < 300; number += 1) {
  try {
    outcomes.push(heartbeat.ping('job', { state: 'log', message: 'x'.repeat(4_000) }));
  } catch {
    thrown += 1;
  }
  if (number % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
}
await failing;
process.stdout.write('failing\n');
await Promise.all(outcomes).catch(() => (thrown += 1));
await heartbeat.close();
process.stdout.write(JSON.stringify({ warnings, thrown }));
