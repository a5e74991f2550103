// Packs the built libraries, installs them with npm into each consumer in this folder, outside of the workspace, and runs its
// tests. A consumer is a folder with a package.json whose `test` script is Jest; `integration.mjs` in it may prepare its copy, or
// test it in its own way.
//
//   node integration/run.mjs              all
//   node integration/run.mjs nest11-jest  only these
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root, run } from '../scripts/workspace.mjs';

const libraries = ['core', 'express', 'fastify', 'jobs', 'nestjs'];

async function must(command, options) {
  const { ok, output } = await run(command, { quiet: true, ...options });
  if (!ok) throw new Error(`${command}\n${output}`);
}

async function pack(folder) {
  for (const name of libraries)
    await must(`pnpm pack --pack-destination "${folder}"`, { cwd: join(root, 'packages', name) });
  return readdirSync(folder).map((name) => join(folder, name));
}

async function tryConsumer(name, tarballs, folder) {
  const source = join(import.meta.dirname, name);
  cpSync(source, folder, { recursive: true, filter: (path) => !path.includes('node_modules') });
  const own = join(source, 'integration.mjs');
  const {
    prepare,
    test,
    without = [],
    install = true,
  } = existsSync(own) ? await import(pathToFileURL(own).href) : {};
  await prepare?.(folder, root);
  if (!install) return test(folder, tarballs);
  const files = tarballs
    .filter((file) => !without.some((library) => file.includes(`lubdub-${library}-`)))
    .map((file) => `"${file}"`)
    .join(' ');
  await must(
    `npm install --include=dev --no-audit --no-fund --prefer-offline --loglevel=error ${files}`,
    {
      cwd: folder,
    },
  );
  if (test !== undefined) return test(folder);
  const report = join(folder, 'report.json');
  await run(`npx jest --runInBand --json --outputFile="${report}"`, { cwd: folder });
  const { numPassedTests, numFailedTests, numPendingTests, numRuntimeErrorTestSuites } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  return {
    passed: numPassedTests,
    failed: numFailedTests + numRuntimeErrorTestSuites,
    skipped: numPendingTests,
  };
}

/**
 * Runs the consumers.
 *
 * @param {readonly string[]} only names of folders; default all
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} tests of all of them
 */
export async function runConsumers(only = []) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const folder = mkdtempSync(join(tmpdir(), 'lubdub-integration-'));
  const names = readdirSync(import.meta.dirname).filter((name) =>
    existsSync(join(import.meta.dirname, name, 'package.json')),
  );
  try {
    const packed = join(folder, 'tarballs');
    const tarballs = await pack(packed);
    for (const name of names.filter((one) => only.length === 0 || only.includes(one))) {
      console.log(`-- ${name}`);
      const { passed, failed, skipped } = await tryConsumer(name, tarballs, join(folder, name));
      total.passed += passed;
      total.failed += failed;
      total.skipped += skipped;
    }
  } catch (error) {
    console.error(error.message);
    total.failed += 1;
  } finally {
    if (process.env.LUBDUB_KEEP === undefined) rmSync(folder, { recursive: true, force: true });
    else console.log(folder);
  }
  return total;
}

if (process.argv[1] === import.meta.filename) {
  const { passed, failed, skipped } = await runConsumers(process.argv.slice(2));
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  process.exitCode = failed === 0 ? 0 : 1;
}
