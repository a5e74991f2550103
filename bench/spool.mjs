// What the spool costs: appending, recovering a large backlog, and nothing at all on the enqueue path when it is off.
// node --conditions=@lubdub/source --import tsx bench/spool.mjs [records to append] [records to recover]
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../packages/core/src/clock.ts';
import { createHeartbeat } from '../packages/core/src/index.ts';
import { PingRecord } from '../packages/core/src/ping/record.ts';
import { createRedactor } from '../packages/core/src/ping/redact.ts';
import { lubdub } from '../packages/core/src/providers/lubdub.ts';
import { openSpool } from '../packages/core/src/spool/open-spool.ts';

const megabytes = (bytes) => `${(bytes / 1_048_576).toFixed(0)} MB`;
const perSecond = (count, ms) =>
  `${Math.round((count / ms) * 1_000).toLocaleString('en')} per second`;
const median = (list) => list.toSorted((left, right) => left - right)[Math.floor(list.length / 2)];

const open = (directory) => {
  const redactor = createRedactor();
  redactor.add('an-api-key-of-the-monitor');
  redactor.add('0f8fad5b-d9cb-469f-a165-70867728950e');
  return openSpool({
    provider: lubdub({ apiKey: 'an-api-key-of-the-monitor' }),
    index: 0,
    directory,
    maxBytes: 4_294_967_296,
    flushMs: 100,
    clock: systemClock,
    redactor,
    warn: (text) => console.warn(text),
  });
};

const ping = () =>
  new PingRecord('nightly-backup', 'fail', 1_700_000_000_000, {
    runId: '0b9c6f4e-2d1a-4c3b-8e7f-5a6d4c3b2a19',
    message: 'disk full on worker-01',
    metadataJson: '{"host":"worker-01","rows":42}',
    durationMs: 1_234,
  });

/** Appends and waits until all is on the disk; the event loop stays free in between. */
const append = async (directory, count) => {
  const spool = open(directory);
  const startedMs = performance.now();
  const before = process.cpuUsage();
  let longestMs = 0;
  for (let done = 0; done < count; done += 1_000) {
    const turnMs = performance.now();
    for (let index = 0; index < 1_000; index += 1) spool.append(ping());
    await new Promise((resolve) => setImmediate(resolve));
    longestMs = Math.max(longestMs, performance.now() - turnMs);
  }
  spool.flushNow();
  const ms = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(before);
  const { bytes } = spool.stats();
  spool.close();
  return { ms, bytes, longestMs, cpuNs: ((user + system) / count) * 1_000 };
};

/** In a process of its own: what is measured is what a restart needs. */
const recover = (directory, count) => {
  let taken = 0;
  const before = process.memoryUsage().rss;
  const startedMs = performance.now();
  const spool = open(directory);
  spool.start(
    {
      hasRoom: () => true,
      takeStored(_ping, token) {
        taken += 1;
        spool.done(token);
      },
      dropped: () => undefined,
    },
    undefined,
  );
  const ms = performance.now() - startedMs;
  spool.close();
  if (taken !== count) throw new Error(`recovered ${taken} of ${count}`);
  const most = process.resourceUsage().maxRSS * 1_024;
  console.log(JSON.stringify({ ms, grown: most - before, most }));
};

const nowhere = { name: 'nowhere', send: () => undefined, close: () => undefined };
const enqueue = async (spool) => {
  const heartbeat = createHeartbeat({
    provider: lubdub(),
    transport: nowhere,
    spool,
    queue: { maxPings: 1_000_000, maxBytes: 1_073_741_824 },
  });
  const count = 30_000;
  const startedMs = performance.now();
  for (let index = 0; index < count; index += 1)
    heartbeat.start('job', { sendStart: false }).success();
  const ns = ((performance.now() - startedMs) / count) * 1e6;
  await heartbeat.close(0);
  return ns;
};

const measure = async (appended, recovered) => {
  const root = mkdtempSync(join(tmpdir(), 'lubdub-bench-'));
  const directory = join(root, 'spool');
  const rounds = [];
  for (let left = recovered; left > 0; left -= appended)
    rounds.push(await append(directory, Math.min(appended, left)));
  const best = Math.min(...rounds.map(({ ms }) => ms));
  const cpuNs = median(rounds.map((round) => round.cpuNs));
  console.log(
    `append: ${perSecond(appended, median(rounds.map(({ ms }) => ms)))} (best ${perSecond(appended, best)}), ` +
      `${cpuNs.toFixed(0)} ns of CPU each, that is ${perSecond(1_000_000, cpuNs)} a core; ` +
      `${megabytes(rounds[0].bytes)} for ${appended.toLocaleString('en')}, longest turn ${Math.max(...rounds.map(({ longestMs }) => longestMs)).toFixed(1)} ms`,
  );
  console.log(`ratio to the asked 100,000 per second a core: ${(10_000 / cpuNs).toFixed(2)}`);
  const script = fileURLToPath(import.meta.url);
  const options = [...process.execArgv, '--max-old-space-size=96'];
  const output = execFileSync(
    process.execPath,
    [...options, script, 'recover', directory, recovered],
    { encoding: 'utf8' },
  );
  const back = JSON.parse(output);
  console.log(
    `recover ${recovered.toLocaleString('en')}: ${perSecond(recovered, back.ms)}; resident memory grew by ${megabytes(back.grown)} to ${megabytes(back.most)}, heap limited to 96 MB`,
  );
  const costs = { off: [], on: [] };
  for (let round = 0; round < 7; round += 1) {
    costs.off.push(await enqueue(false));
    costs.on.push(await enqueue({ directory: join(root, `on-${round}`) }));
  }
  console.log(
    `a run: ${median(costs.off).toFixed(0)} ns without a spool, ${median(costs.on).toFixed(0)} ns with one (ratio ${(median(costs.on) / median(costs.off)).toFixed(2)})`,
  );
  console.log(`load average ${loadavg()[0].toFixed(1)}`);
  rmSync(root, { recursive: true, force: true });
};

if (process.argv[2] === 'recover') recover(process.argv[3], Number(process.argv[4]));
else {
  const [appended = 250_000, recovered = 1_000_000] = process.argv.slice(2).map(Number);
  await measure(appended, recovered);
}
