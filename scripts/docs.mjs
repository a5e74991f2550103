// Holds the documentation to the code: links, code blocks, generated tables.
//
//   node scripts/docs.mjs             all
//   node scripts/docs.mjs --no-run    without running the blocks that are marked to be run
import { compileBlocks, writeBlocks } from './docs/compile.mjs';
import { checkLinks } from './docs/links.mjs';
import { runBlocks } from './docs/run-blocks.mjs';
import { checkTables } from './docs/tables.mjs';

/**
 * @param {{ run?: boolean }} [options] run: also run the runnable blocks; default true
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} one for the tables, one for the links, one for each block
 */
export async function checkDocs({ run = true } = {}) {
  const stale = await checkTables();
  const broken = checkLinks();
  const problems = [...stale, ...broken];
  const written = writeBlocks();
  const errors = await compileBlocks(written);
  problems.push(...errors);
  const { count, problems: wrong } = run ? await runBlocks(written) : { count: 0, problems: [] };
  problems.push(...wrong);
  for (const problem of problems) console.error(problem);
  console.log(`${written.length} code blocks compiled, ${count} run`);
  const failed =
    errors.length + wrong.length + Math.min(1, stale.length) + Math.min(1, broken.length);
  return { passed: Math.max(0, written.length + count + 2 - failed), failed, skipped: 0 };
}

if (process.argv[1] === import.meta.filename) {
  const { passed, failed } = await checkDocs({ run: !process.argv.includes('--no-run') });
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
