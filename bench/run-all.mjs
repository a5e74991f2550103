// pnpm bench: runs the benchmarks of this folder one after the other on the built packages and writes bench/RESULTS.md: machine,
// versions, tables, ratios. Ratios are held against bench/ratios.json, since only they mean something on another machine.
//
//   node bench/run-all.mjs                all, with the settings the figures are meant for (a quarter of an hour)
//   node bench/run-all.mjs --quick        short rounds: does everything run? Writes nothing, judges nothing
//   node bench/run-all.mjs wrap express   only these, printed; writes nothing
//   node bench/run-all.mjs --update       also takes the ratios as the ones to hold from now on
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { checkTables } from '../scripts/docs/tables.mjs';
import { run } from '../scripts/workspace.mjs';

/** A ratio may be so much worse than the one on record: machines and neighbours differ. */
const tolerance = 0.25;

/**
 * `ratios` finds figures in what a benchmark prints: the first group of the expression; `better` says which way is good.
 */
const benchmarks = [
  {
    name: 'wrap',
    title: 'What monitoring costs a job, beside peers',
    file: 'core-wrap.mjs',
    quick: { BENCH_ROUNDS: '1', BENCH_CALLS: '200' },
    ratios: [
      { name: 'wrap: µs over bare', find: /\| lubdub \| [\d.]+ \| ([\d.]+)/, better: 'lower' },
    ],
  },
  {
    name: 'delivery',
    title: 'Pings a second, beside bare node:http',
    file: 'core-delivery.mjs',
    quick: { BENCH_ROUNDS: '1', BENCH_PINGS: '2000' },
    ratios: [
      {
        name: 'delivery: one request a ping, of bare node:http',
        find: /\| one request a ping \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
      {
        name: 'delivery: batches, of bare node:http',
        find: /\| batch API \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
    ],
  },
  {
    name: 'outage',
    title: 'An hour of outage, on a simulated clock',
    file: 'core-outage.mjs',
    quick: { BENCH_SECONDS: '60' },
    ratios: [
      {
        name: 'outage: job time, of healthy',
        find: /\| down \| \d+ \| [\d.]+ \| ([\d.]+)/,
        better: 'lower',
      },
    ],
  },
  {
    name: 'spool',
    title: 'What keeping pings on the disk costs',
    file: 'spool.mjs',
    nodeArguments: ['--conditions=@lubdub/source', '--import', 'tsx'],
    quickArguments: ['2000', '2000'],
    ratios: [],
  },
  {
    name: 'express',
    title: 'Requests a second, Express',
    file: 'http-express.mjs',
    quick: { BENCH_ROUNDS: '1', BENCH_SECONDS: '0.2', BENCH_STARTS: '1' },
    ratios: [
      {
        name: 'Express: of bare',
        find: /\| lubdub: every request a run[^|]* \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
      {
        name: 'Express, tracked: of bare',
        find: /\| lubdub: every request tracked[^|]* \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
    ],
  },
  {
    name: 'fastify',
    title: 'Requests a second, Fastify',
    file: 'http-fastify.mjs',
    quick: { BENCH_ROUNDS: '1', BENCH_SECONDS: '0.2', BENCH_STARTS: '1' },
    ratios: [
      {
        name: 'Fastify: of bare',
        find: /\| lubdub: every request a run[^|]* \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
      {
        name: 'Fastify, tracked: of bare',
        find: /\| lubdub: every request tracked[^|]* \| \d+ \| ([\d.]+)/,
        better: 'higher',
      },
    ],
  },
  {
    name: 'nestjs',
    title: 'A decorated method',
    file: 'nest-decorator.mjs',
    quick: { BENCH_ROUNDS: '11' },
    ratios: [
      {
        name: 'NestJS: @Heartbeat, of client.wrap()',
        find: /with @Heartbeat\(\).*x([\d.]+)/,
        better: 'lower',
      },
    ],
  },
  {
    name: 'bullmq',
    title: 'A BullMQ worker (takes Redis)',
    file: 'jobs-bullmq.mjs',
    quickArguments: ['200', '1'],
    ratios: [],
  },
  {
    name: 'ingest',
    title: 'The monitor: pings a second',
    file: 'monitor-ingest.mjs',
    quick: { BENCH_ROUNDS: '1', BENCH_MS: '500' },
    ratios: [
      { name: 'monitor: stored, of a bare route', find: /ratio ([\d.]+)/, better: 'higher' },
    ],
  },
  {
    name: 'board',
    title: 'The monitor: evaluation and board',
    file: 'monitor-board.mjs',
    quick: { BENCH_MONITORS: '1000' },
    ratios: [],
  },
];

const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const only = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = [
  ...flags.filter((flag) => !['--quick', '--update'].includes(flag)),
  ...only.filter((name) => !benchmarks.some((one) => one.name === name)),
];
if (unknown.length > 0) {
  console.error(
    `no ${unknown.join(', ')}; there are ${benchmarks.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const quick = flags.includes('--quick');

async function measure({ file, quick: settings = {}, nodeArguments = [], quickArguments = [] }) {
  const child = spawn(
    process.execPath,
    [
      '--expose-gc',
      ...nodeArguments,
      join(import.meta.dirname, file),
      ...(quick ? quickArguments : []),
    ],
    { env: { ...process.env, ...(quick ? settings : {}) }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  const [code] = await once(child, 'close');
  return { ok: code === 0, output: output.trim() };
}

/** Tables stay tables, anything else keeps its form. */
const asMarkdown = (output) =>
  output.split('\n').some((line) => line.startsWith('|'))
    ? output
    : `\`\`\`text\n${output}\n\`\`\``;

const versionOf = (name) => {
  const file = join(import.meta.dirname, 'peers', 'node_modules', name, 'package.json');
  return existsSync(file) ? `${name} ${JSON.parse(readFileSync(file, 'utf8')).version}` : undefined;
};

function write(results) {
  const [processor] = cpus();
  const peers = ['@sentry/node', 'cronitor'].map(versionOf).filter((text) => text !== undefined);
  const machine = [
    `${processor?.model.trim() ?? 'unknown processor'}, ${cpus().length} threads, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    `${process.platform} ${release()}, Node ${process.versions.node}`,
    ...(peers.length > 0 ? [peers.join(', ')] : []),
    new Date().toISOString().slice(0, 10),
  ];
  const sections = results.map(
    ({ title, file, output }) => `## ${title}\n\n\`node bench/${file}\`\n\n${asMarkdown(output)}`,
  );
  const head = `# Measured\n\nWritten by \`pnpm bench\`. Compare ratios; absolute figures belong to the machine.\n\n${machine.map((line) => `- ${line}`).join('\n')}`;
  writeFileSync(join(import.meta.dirname, 'RESULTS.md'), `${[head, ...sections].join('\n\n')}\n`);
}

const recordFile = join(import.meta.dirname, 'ratios.json');
const record = existsSync(recordFile) ? JSON.parse(readFileSync(recordFile, 'utf8')) : {};
const results = [];
const found = {};
let failed = 0;
for (const benchmark of benchmarks.filter(({ name }) => only.length === 0 || only.includes(name))) {
  console.log(`\n== ${benchmark.name}`);
  const { ok, output } = await measure(benchmark);
  console.log(output);
  if (!ok) {
    failed += 1;
    console.error(`${benchmark.file} failed`);
    continue;
  }
  results.push({ ...benchmark, output });
  for (const { name, find, better } of benchmark.ratios) {
    const value = Number(find.exec(output)?.[1]);
    if (Number.isNaN(value)) {
      failed += 1;
      console.error(`no figure for "${name}" in what ${benchmark.file} printed`);
      continue;
    }
    found[name] = value;
    const before = record[name];
    if (before === undefined || quick) continue;
    const worse = better === 'higher' ? before / value : value / before;
    if (worse <= 1 + tolerance) continue;
    failed += 1;
    console.error(`${name}: ${value}, was ${before}: worse by more than ${tolerance * 100} %`);
  }
}
if (!quick && only.length === 0 && failed === 0) {
  write(results);
  await run('oxfmt bench/RESULTS.md');
  // the README shows some of it
  await checkTables({ write: true });
}
if (flags.includes('--update') && !quick)
  writeFileSync(recordFile, `${JSON.stringify({ ...record, ...found }, undefined, 2)}\n`);
process.exitCode = failed === 0 ? 0 : 1;
