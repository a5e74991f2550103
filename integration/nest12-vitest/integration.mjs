import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../../scripts/workspace.mjs';

/**
 * Compiles the application and runs its tests.
 *
 * @param {string} folder the copy of this project that has everything installed
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>}
 */
export async function test(folder) {
  const bin = join('node_modules', '.bin');
  const compiled = await run(`"${join(bin, 'tsc')}" -p .`, { cwd: folder, quiet: true });
  if (!compiled.ok) throw new Error(compiled.output);
  const report = join(folder, 'report.json');
  const { ok, output } = await run(
    // The bounds of its own would hold for a machine with nothing else to do.
    `"${join(bin, 'vitest')}" run --testTimeout=120000 --hookTimeout=120000 --reporter=json --outputFile="${report}"`,
    { cwd: folder, quiet: true },
  );
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  if (!ok) console.error(output, readFileSync(report, 'utf8'));
  return {
    passed: numPassedTests + 1,
    failed: ok ? numFailedTests : Math.max(1, numFailedTests),
    skipped: numPendingTests,
  };
}
