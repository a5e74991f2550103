// Coverage of core by the tests of the packages that use it in this process. Fails below the threshold for branches.
//
//   node scripts/coverage.mjs             the total; the pages are in coverage/core
//   node scripts/coverage.mjs delivery/   and the uncovered branches of the files whose path begins so
//
// What only runs in the children that the tests start (the end of a process, a crash) is not seen.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endCommandsOnSignal, requireNode, root, run } from './workspace.mjs';

const source = join(root, 'packages', 'core', 'src');
const folder = join(root, 'coverage', 'core');
/** Part of the branches that must be covered, percent; only ever raised. */
const least = 95;

/** Line and source of each uncovered branch of a file. */
function uncovered(path, { branchMap, b: hits }) {
  const lines = readFileSync(path, 'utf8').split('\n');
  const numbers = Object.entries(branchMap).flatMap(([id, { loc, locations }]) =>
    locations
      .filter((_, index) => hits[id][index] === 0)
      .map(({ start }) => start?.line ?? loc.start.line),
  );
  return [...new Set(numbers)]
    .toSorted((one, other) => one - other)
    .map((line) => `  ${String(line).padStart(4)}  ${lines[line - 1].trim()}`);
}

requireNode();
endCommandsOnSignal();
const projects = ['core', 'express', 'fastify'].map((name) => `--project ${name}`).join(' ');
const options = [
  'enabled',
  "include='packages/core/src/**/*.ts'",
  'reporter=html',
  'reporter=json',
  'reporter=json-summary',
  'reportOnFailure',
  `reportsDirectory=${folder}`,
];
const { ok } = await run(
  `vitest run --typecheck.enabled=false ${projects} ${options.map((option) => `--coverage.${option}`).join(' ')}`,
);
const { total } = JSON.parse(readFileSync(join(folder, 'coverage-summary.json'), 'utf8'));
const details = JSON.parse(readFileSync(join(folder, 'coverage-final.json'), 'utf8'));
for (const [path, file] of Object.entries(details)) {
  const name = path.replaceAll('\\', '/').split('/core/src/')[1];
  if (!process.argv.slice(2).some((start) => name.startsWith(start))) continue;
  console.log([name, ...uncovered(join(source, name), file)].join('\n'));
}
const { branches, lines } = total;
console.log(
  `\ncore: ${branches.pct} % of ${branches.total} branches, ${lines.pct} % of the lines; at least ${least} % of the branches`,
);
process.exitCode = ok && branches.pct >= least ? 0 : 1;
