// Every check of the repository, as continuous integration and `npm test` run it.
//
//   node scripts/test.mjs            everything
//   node scripts/test.mjs lint unit  only these steps
//
// The last line is the total: `N passed, N failed` or `N passed, N failed, N skipped`.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { runConsumers } from '../integration/run.mjs';
import { answers } from './answers.mjs';
import { endCommandsOnSignal, ensurePnpm, install, requireNode, root, run } from './workspace.mjs';

/** Work of a module that needs what is installed, which nothing is before the first step. */
const later = (module, name) => async () => (await import(module))[name]();

/** Name, command; a failing one does not stop the others, except `install`. */
const steps = [
  ['generate', 'node scripts/generate-exports.mjs --check'],
  ['format', 'oxfmt --check .'],
  ['lint', 'oxlint --deny-warnings'],
  ['typecheck', 'turbo run typecheck --output-logs=errors-only && tsc --noEmit -p tsconfig.json'],
  ['build', 'turbo run build --output-logs=errors-only'],
  ['chromium', provideChromium],
  ['unit', unit],
  ['docs', later('./docs.mjs', 'checkDocs')],
  ['api', later('./api-report.mjs', 'checkApi')],
  ['size', later('./size.mjs', 'checkSizes')],
  ['knip', 'knip --no-config-hints'],
  [
    'publint',
    "pnpm -r --filter './packages/*' --filter '!*/test-kit' exec publint --strict --pack pnpm",
  ],
  ['tarballs', 'node scripts/smoke.mjs'],
  ['integration', runConsumers],
  ['changesets', 'node scripts/check-changesets.mjs'],
  ['start', 'node scripts/try-start.mjs'],
];
const chromium = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
const total = { passed: 0, failed: 0, skipped: 0 };
const report = [];
const skips = [];
const failures = [];
const only = process.argv.slice(2);
const unknown = only.filter((name) => !steps.some(([step]) => step === name));
if (unknown.length > 0) {
  console.error(
    `no step ${unknown.join(', ')}; there are ${steps.map(([name]) => name).join(', ')}`,
  );
  process.exit(2);
}

async function check(name, work) {
  if (only.length > 0 && name !== 'install' && !only.includes(name)) return true;
  console.log(`\n== ${name}`);
  const started = performance.now();
  const { passed, failed, skipped } = typeof work === 'function' ? await work() : await one(work);
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  report.push(`${failed === 0 ? 'ok  ' : 'FAIL'} ${name.padEnd(11)} ${seconds.padStart(6)} s`);
  return failed === 0;
}

async function one(command) {
  const { ok } = await run(command);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
}

/**
 * The browser that the monitor's pages are tested in. Continuous integration installs a missing one where that takes no
 * more than a package; elsewhere its tests are skipped, loudly.
 */
async function provideChromium() {
  const missing = !existsSync(chromium);
  if (missing && process.env.CI === 'true' && process.getuid?.() === 0) {
    await run('apt-get update -q && apt-get install -q -y --no-install-recommends chromium', {
      quiet: true,
    });
  }
  const found = existsSync(chromium);
  console.log(found ? `found at ${chromium}` : `none at ${chromium} (set CHROMIUM_PATH)`);
  const required = process.env.CI === 'true';
  return { passed: found ? 1 : 0, failed: !found && required ? 1 : 0, skipped: 0 };
}

/** Unit, socket, child-process and type tests of all packages; counted from vitest's own report. */
async function unit() {
  const folder = mkdtempSync(join(tmpdir(), 'lubdub-test-'));
  const file = join(folder, 'report.json');
  try {
    const { ok, output } = await run(
      `vitest run --reporter=default --reporter=json --outputFile.json="${file}"`,
      // An hour: a small machine that does other work besides may need more than the usual bound.
      { keep: true, timeoutMs: 3_600_000 },
    );
    if (!ok) failures.push(whatFailed(output));
    return count(JSON.parse(readFileSync(file, 'utf8')), ok);
  } catch (error) {
    console.error(`vitest left no readable report: ${error.message}`);
    return { passed: 0, failed: 1, skipped: 0 };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Vitest's account of failed tests, suites and unhandled errors; its last lines when it has none. */
function whatFailed(output) {
  const lines = stripVTControlCharacters(output).split('\n');
  const start = lines.findIndex((line) => /⎯ (Failed|Unhandled)/.test(line));
  return (start === -1 ? lines.slice(-40) : lines.slice(start, start + 120)).join('\n');
}

function count(results, ok) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of results.testResults) {
    let failedHere = 0;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed++;
      else if (test.status === 'failed') failedHere++;
      else {
        counts.skipped++;
        skips.push(`${file.name.replace(`${root}/`, '')}: ${test.fullName}`);
      }
    }
    // a file that could not be loaded has no tests, only a status
    if (file.status === 'failed' && failedHere === 0) failedHere = 1;
    counts.failed += failedHere;
  }
  // an unhandled error or a type error outside a test fails the run without failing a test
  if (!ok && counts.failed === 0) counts.failed = 1;
  if (counts.passed === 0 && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** One line on whether a service answers where the tests look for it; the address without its password. */
async function answer(name, url, variable, defaultPort) {
  const { hostname, port } = URL.canParse(url) ? new URL(url) : { hostname: '?', port: '' };
  const verb = (await answers(url, defaultPort)) ? 'answers' : 'DOES NOT ANSWER';
  return `${name} ${verb} at ${hostname}:${port || defaultPort} (set ${variable} to change where)`;
}

async function reportSkips() {
  if (total.skipped === 0) return;
  const shown = skips.slice(0, 20);
  const services = await Promise.all([
    answer('Redis', process.env.REDIS_URL ?? 'redis://127.0.0.1:6379', 'REDIS_URL', 6379),
    answer(
      'PostgreSQL',
      process.env.DATABASE_URL ?? 'postgres://127.0.0.1:5432',
      'DATABASE_URL',
      5432,
    ),
  ]);
  console.log(`\n${'!'.repeat(90)}`);
  console.log(`!! ${total.skipped} TESTS WERE SKIPPED`);
  for (const line of services) console.log(`!! ${line}`);
  const browser = existsSync(chromium) ? 'is' : 'IS MISSING';
  console.log(`!! Chromium ${browser} at ${chromium} (set CHROMIUM_PATH to change where)`);
  for (const line of shown) console.log(`!!   ${line}`);
  if (skips.length > shown.length) console.log(`!!   and ${skips.length - shown.length} more`);
  console.log('!'.repeat(90));
}

requireNode();
endCommandsOnSignal();
mkdirSync(join(root, '.lubdub'), { recursive: true });
const installed = await check('install', async () => {
  ensurePnpm();
  const { ok, output } = await install();
  if (!ok) console.error(output);
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 };
});
if (installed) for (const [name, work] of steps) await check(name, work);
await reportSkips();
if (process.env.CI === 'true' && total.skipped > 0) {
  total.failed++;
  report.push('FAIL nothing may be skipped where CI=true');
}
// again, and last: in a long log the reason is hard to find
for (const failure of failures) console.log(`\n${failure}`);
console.log(`\n${report.join('\n')}\n`);
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
