// Single pings over a URL, beside Uptime Kuma's push endpoint in one run, both on SQLite. `pnpm --filter @lubdub/monitor build`
// first. Linux only: processor time is read from /proc.
//
// BENCH_UPTIME_KUMA names the folder of an installed Uptime Kuma. This script does not install it, because its database driver is
// compiled for minutes, with a compiler. What worked, with the only version that npm has (2.0.0-dev.0, with its files in two places):
//   npm install --ignore-scripts uptime-kuma
//   (cd node_modules/@louislam/sqlite3 && npx node-pre-gyp install --build-from-source)
//   (cd node_modules/uptime-kuma && cp -n db/*.sql db/old_migrations/)
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, get } from 'node:http';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = process.env.BENCH_UPTIME_KUMA;
if (folder === undefined) throw new Error('BENCH_UPTIME_KUMA takes the folder of an Uptime Kuma');
const rounds = Number(process.env.BENCH_ROUNDS ?? 3);
const durationMs = Number(process.env.BENCH_MS ?? 3000);
const connections = Number(process.env.BENCH_CONNECTIONS ?? 64);
const names = Array.from({ length: 100 }, (_, index) => index + 1);
// what the monitor itself depends on
const ofMonitor = createRequire(new URL('../packages/monitor/package.json', import.meta.url));
const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

const findPort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

/** Runs a program until it says that it listens. */
const start = async (args, cwd, variables, says) => {
  const child = spawn(process.execPath, args, { cwd, env: { ...process.env, ...variables } });
  let text = '';
  await new Promise((resolve, reject) => {
    const read = (chunk) => {
      text += chunk;
      if (says.test(text)) resolve();
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.once('exit', () => reject(new Error(text)));
  });
  return child;
};

const startKuma = async (dataDir) => {
  const port = await findPort();
  const variables = {
    NODE_ENV: 'production',
    UPTIME_KUMA_DB_TYPE: 'sqlite',
    UPTIME_KUMA_PORT: String(port),
    UPTIME_KUMA_HOST: '127.0.0.1',
    DATA_DIR: `${dataDir}/`,
  };
  const child = await start(['server/server.js'], folder, variables, /Listening on/);
  // what its pages would do: a user, and a push monitor for each name
  const file = new (ofMonitor('libsql'))(join(dataDir, 'kuma.db'));
  file.exec(`insert into user (id, username, password, active) values (1, 'bench', '', 1)`);
  for (const name of names)
    file.exec(
      `insert into monitor (name, type, active, user_id, interval, push_token)
       values ('job-${name}', 'push', 1, 1, 60, 'token${name}')`,
    );
  file.close();
  return { child, url: (name) => `http://127.0.0.1:${port}/api/push/token${name}?status=up` };
};

const startOurs = async (dataDir) => {
  const port = await findPort();
  const bin = fileURLToPath(new URL('../packages/monitor/dist/bin.js', import.meta.url));
  const args = [bin, '--port', String(port), '--data', dataDir];
  const child = await start(args, dataDir, {}, /listening on/);
  for (const name of names) {
    const options = { method: 'PUT', headers: { 'content-type': 'application/json' } };
    const body = JSON.stringify({ intervalMs: 60_000 });
    await fetch(`http://127.0.0.1:${port}/api/v1/monitors/job-${name}`, { ...options, body });
  }
  return { child, url: (name) => `http://127.0.0.1:${port}/ping/any/job-${name}` };
};

const cpuMs = (pid) => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
};

const ping = (agent, url) =>
  new Promise((resolve, reject) => {
    const outgoing = get(url, { agent }, (answer) => {
      if (answer.statusCode !== 200) reject(new Error(`status ${answer.statusCode} of ${url}`));
      answer.resume();
      answer.once('end', resolve);
    });
    outgoing.once('error', reject);
  });

const measure = async ({ child, url }) => {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const before = cpuMs(child.pid);
  const startedMs = performance.now();
  let done = 0;
  const work = async (_, index) => {
    for (let turn = index; performance.now() - startedMs < durationMs; turn += 7) {
      await ping(agent, url((turn % names.length) + 1));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: connections }, work));
  agent.destroy();
  return {
    perSecond: (done / (performance.now() - startedMs)) * 1000,
    cpuMicros: ((cpuMs(child.pid) - before) / done) * 1000,
  };
};

const folders = [0, 1].map(() => mkdtempSync(join(tmpdir(), 'lubdub-bench-')));
const servers = { lubdub: await startOurs(folders[0]), kuma: await startKuma(folders[1]) };
const figures = { lubdub: [], kuma: [] };
for (const server of Object.values(servers)) await measure(server);
for (let round = 0; round < rounds; round += 1)
  for (const [name, server] of Object.entries(servers)) figures[name].push(await measure(server));
for (const { child } of Object.values(servers)) child.kill('SIGKILL');
for (const path of folders) rmSync(path, { recursive: true, force: true });
const of = (name, figure) => median(figures[name].map((one) => one[figure]));
const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
for (const [name, label] of [
  ['lubdub', 'lubdub, /ping/…'],
  ['kuma', `Uptime Kuma ${version}, /api/push/…`],
])
  console.log(
    `${label.padEnd(36)} ${Math.round(of(name, 'perSecond'))} pings/s, ${of(name, 'cpuMicros').toFixed(0)} µs of processor each`,
  );
console.log(
  `Uptime Kuma takes ${(of('kuma', 'cpuMicros') / of('lubdub', 'cpuMicros')).toFixed(1)} times the processor time (load ${loadavg()[0].toFixed(1)})`,
);
