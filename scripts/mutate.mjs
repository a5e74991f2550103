// Mutation tests of core's delivery and http, file by file, so that what is there after a while is worth reading.
//
//   node scripts/mutate.mjs                    both folders
//   node scripts/mutate.mjs delivery/retry     only these files or folders below packages/core/src
//   node scripts/mutate.mjs http --minutes 20  begins no further file after 20 minutes
//
// It prints the mutants that survived and a table. It judges nothing: a surviving mutant wants
// a reader, who writes a test or sees that it changes nothing.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endCommandsOnSignal, root, run } from './workspace.mjs';

const source = 'packages/core/src';
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '240' } },
});
const wanted = positionals.length > 0 ? positionals : ['delivery', 'http'];
const states = ['Killed', 'Timeout', 'Survived', 'NoCoverage'];

/** Files that have something to mutate and that one of the arguments names. */
function files() {
  return ['delivery', 'http']
    .flatMap((folder) => readdirSync(join(root, source, folder)).map((name) => `${folder}/${name}`))
    .filter((name) => !/\.(?:test|bench)\.ts$/.test(name) && name !== 'http/index.ts')
    .filter((name) => wanted.some((one) => name === `${one}.ts` || name.startsWith(`${one}/`)));
}

async function mutate(name) {
  const report = join(root, 'coverage', 'mutation', 'report.json');
  rmSync(report, { force: true });
  const { ok, output } = await run(`stryker run --mutate ${source}/${name}`, {
    quiet: true,
    timeoutMs: 3_600_000,
  });
  if (!ok) throw new Error(`${name}\n${output.slice(-3_000)}`);
  const [{ mutants, source: text }] = Object.values(JSON.parse(readFileSync(report, 'utf8')).files);
  return { mutants, lines: text.split('\n') };
}

function show(name, { mutants, lines }) {
  for (const { status, location, replacement, mutatorName } of mutants) {
    if (status !== 'Survived' && status !== 'NoCoverage') continue;
    const { start, end } = location;
    const stop = end.line === start.line ? end.column - 1 : undefined;
    const before = lines[start.line - 1].slice(start.column - 1, stop);
    console.log(
      `${name}:${start.line}:${start.column} ${status} ${mutatorName}\n  - ${before}\n  + ${(replacement ?? '').split('\n')[0]}`,
    );
  }
}

const row = (name, counts, seconds) =>
  console.log(
    `${name.padEnd(34)}${counts.map((count) => String(count).padStart(11)).join('')}${String(seconds).padStart(9)}`,
  );

endCommandsOnSignal();
mkdirSync(join(root, '.lubdub'), { recursive: true });
const chosen = files();
if (chosen.length === 0) {
  console.error(`no file below ${source} is named by ${wanted.join(', ')}`);
  process.exit(2);
}
const started = performance.now();
const rows = [];
for (const name of chosen) {
  if (performance.now() - started > Number(values.minutes) * 60_000) {
    console.log(`the time is over before ${name}`);
    break;
  }
  const began = performance.now();
  const result = await mutate(name);
  show(name, result);
  const counts = states.map(
    (state) => result.mutants.filter(({ status }) => status === state).length,
  );
  rows.push([name, counts, Math.round((performance.now() - began) / 1_000)]);
}
row('\nfile', ['killed', 'timeout', 'survived', 'no test'], 'seconds');
for (const one of rows) row(...one);
const sum = states.map((_, index) => rows.reduce((total, [, counts]) => total + counts[index], 0));
row('all', sum, Math.round((performance.now() - started) / 1_000));
