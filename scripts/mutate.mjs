// Mutation tests of core's delivery and http, some files at a time, so that what is there after a while is worth reading.
//
//   node scripts/mutate.mjs                    both folders
//   node scripts/mutate.mjs delivery/retry     only these files or folders below packages/core/src
//   node scripts/mutate.mjs http --minutes 20  begins no further files after 20 minutes
//
// It prints the mutants that survived and a table. It judges nothing: a surviving mutant wants
// a reader, who writes a test or sees that it changes nothing.
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endCommandsOnSignal, root, run } from './workspace.mjs';

const core = 'packages/core';
const source = `${core}/src`;
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { minutes: { type: 'string', default: '240' } },
});
const wanted = positionals.length > 0 ? positionals : ['delivery', 'http'];
const states = ['Killed', 'Timeout', 'Survived', 'NoCoverage'];
/** Tests that judge the mutants of a folder besides its own. */
const further = {
  delivery: ['src/client/tracking.test.ts', 'src/client/upserts.test.ts'],
  http: ['observe-response', 'request-tracker', 'server-heartbeat'].map(
    (name) => `test/${name}.test.ts`,
  ),
};
/** A hundred thousand pings for each mutant: these tests judge only what they are about. */
const slow = { 'pressure.test.ts': ['pressure', 'chain-queue', 'lines', 'merge'] };
/** Files in one run: it begins with all tests, which is long. */
const together = 6;

const isTest = (name) => name.endsWith('.test.ts');
const filesIn = (folder) => readdirSync(join(root, source, folder));

/** Files that have something to mutate and that one of the arguments names. */
function files(folder) {
  return filesIn(folder)
    .filter((name) => !isTest(name) && !name.endsWith('.bench.ts') && name !== 'index.ts')
    .map((name) => `${folder}/${name}`)
    .filter((name) => wanted.some((one) => name === `${one}.ts` || name.startsWith(`${one}/`)));
}

/** The tests of a folder that judge these files. */
function judges(folder, names) {
  const own = filesIn(folder).filter(
    (name) =>
      isTest(name) &&
      (slow[name]?.some((about) => names.includes(`${folder}/${about}.ts`)) ?? true),
  );
  return [...own.map((name) => `src/${folder}/${name}`), ...further[folder]];
}

/** What is mutated together: files of one folder, with those that want slow tests apart. */
function groups() {
  return ['delivery', 'http'].flatMap((folder) => {
    const isSlow = (name) =>
      Object.values(slow)
        .flat()
        .some((about) => name === `${folder}/${about}.ts`);
    const all = files(folder);
    return [all.filter(isSlow), all.filter((name) => !isSlow(name))].flatMap((names) =>
      Array.from({ length: Math.ceil(names.length / together) }, (_, index) => ({
        folder,
        names: names.slice(index * together, (index + 1) * together),
      })),
    );
  });
}

/** The mutants of some files, by file. */
async function mutate({ folder, names }) {
  const report = join(root, 'coverage', 'mutation', 'report.json');
  rmSync(report, { force: true });
  const paths = names.map((name) => `${source}/${name}`);
  const { ok, output } = await run(`stryker run --mutate ${paths.join(',')}`, {
    quiet: true,
    env: { JUDGES: judges(folder, names).join(',') },
    timeoutMs: 3_600_000 * names.length,
  });
  if (!ok) throw new Error(`${names.join(', ')}\n${output.slice(-3_000)}`);
  const found = JSON.parse(readFileSync(report, 'utf8')).files;
  return names.flatMap((name) => {
    const file = found[`${source}/${name}`];
    return file === undefined ? [] : [{ name, ...file, lines: file.source.split('\n') }];
  });
}

function show({ name, mutants, lines }) {
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

const row = (name, counts) =>
  console.log(`${name.padEnd(34)}${counts.map((count) => String(count).padStart(11)).join('')}`);

endCommandsOnSignal();
mkdirSync(join(root, '.lubdub'), { recursive: true });
const chosen = groups();
if (chosen.length === 0) {
  console.error(`no file below ${source} is named by ${wanted.join(', ')}`);
  process.exit(2);
}
const started = performance.now();
const rows = [];
for (const group of chosen) {
  if (performance.now() - started > Number(values.minutes) * 60_000) {
    console.log(`the time is over before ${group.names.join(', ')}`);
    break;
  }
  for (const file of await mutate(group)) {
    show(file);
    const counts = states.map(
      (state) => file.mutants.filter(({ status }) => status === state).length,
    );
    rows.push([file.name, counts]);
  }
}
row('\nfile', ['killed', 'timeout', 'survived', 'no test']);
for (const one of rows) row(...one);
row(
  'all',
  states.map((_, index) => rows.reduce((total, [, counts]) => total + counts[index], 0)),
);
console.log(`${Math.round((performance.now() - started) / 60_000)} minutes`);
