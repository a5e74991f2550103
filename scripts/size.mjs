// What each entry weighs in a bundle, minified and compressed with brotli, against a budget. After a build.
// Frameworks and Node's modules are left out, and so is core in an adapter. Providers have a test of their own.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'vite';
import { entries } from './entries.mjs';
import { root } from './workspace.mjs';

/** Entry of a package's dist, largest number of bytes. */
const budgets = [
  ['core', 'index', 51_000],
  ['core', 'edge', 27_500],
  ['core', 'http', 7_000],
  ['express', 'index', 1_000],
  ['fastify', 'index', 1_500],
  ['nestjs', 'index', 6_000],
  ['jobs', 'index', 2_000],
  ['jobs', 'bullmq', 6_500],
  ['jobs', 'agenda', 5_500],
  ['jobs', 'lambda', 2_500],
  ['jobs', 'pg-boss', 3_000],
  ['jobs', 'graphile-worker', 2_500],
  ...['node-cron', 'croner', 'node-schedule', 'cron', 'toad-scheduler', 'p-queue', 'vercel'].map(
    (entry) => ['jobs', entry, 2_000],
  ),
];

/** Entries of the libraries that have no budget; what is for tests, and the providers, need none here. */
function unweighed() {
  return [...new Set(budgets.map(([name]) => name))].flatMap((name) => {
    const file = join(root, 'packages', name, 'package.json');
    return Object.keys(entries(JSON.parse(readFileSync(file, 'utf8'))))
      .filter((entry) => entry !== 'testing' && !entry.startsWith('providers/'))
      .filter((entry) => !budgets.some(([one, other]) => one === name && other === entry))
      .map((entry) => `${name}/${entry}`);
  });
}

async function weigh(name, entry) {
  const scratch = mkdtempSync(join(tmpdir(), 'lubdub-size-'));
  const input = join(scratch, 'entry.mjs');
  const file = join(root, 'packages', name, 'dist', `${entry}.js`);
  writeFileSync(input, `export * from ${JSON.stringify(file)};\n`);
  const foreign = /^(?:node:|@lubdub\/|@nestjs\/|express$|fastify|rxjs|reflect-metadata)/u;
  try {
    const { output } = await build({
      configFile: false,
      logLevel: 'silent',
      build: {
        write: false,
        minify: true,
        target: 'node20',
        modulePreload: false,
        rolldownOptions: {
          input,
          preserveEntrySignatures: 'strict',
          external: (id) => foreign.test(id),
        },
      },
    });
    const code = output.map((chunk) => chunk.code ?? '').join('');
    return brotliCompressSync(code).length;
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** @returns {Promise<{ passed: number, failed: number, skipped: number }>} one for each budget */
export async function checkSizes() {
  const missing = unweighed();
  for (const name of missing) console.log(`FAIL ${name} has no budget`);
  let failed = missing.length;
  // A build makes this a production process, in which npm leaves out what the later steps need.
  const { NODE_ENV } = process.env;
  for (const [name, entry, most] of budgets) {
    const size = await weigh(name, entry);
    const good = size > 100 && size <= most;
    if (!good) failed += 1;
    console.log(
      `${good ? 'ok  ' : 'FAIL'} ${`${name}/${entry}`.padEnd(16)} ${String(size).padStart(6)} of ${most} bytes`,
    );
  }
  if (NODE_ENV === undefined) delete process.env.NODE_ENV;
  else process.env.NODE_ENV = NODE_ENV;
  return { passed: budgets.length + missing.length - failed, failed, skipped: 0 };
}

if (process.argv[1] === import.meta.filename) {
  const { failed } = await checkSizes();
  process.exitCode = failed === 0 ? 0 : 1;
}
