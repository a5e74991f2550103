// Runs the libraries' tests on other Node majors, and core's on Bun and Deno, each fetched from the package registry into .runtimes.
//
//   node scripts/runtimes.mjs                    all of them
//   node scripts/runtimes.mjs 22 bun -- src/ping these, only these test files
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { endCommandsOnSignal, environment, requireNode, root, run } from './workspace.mjs';

const all = ['20.19', '22', '24', '26', 'bun', 'deno'];
// the runtimes that are not Node run core's unit tests: frameworks and the ends of a process are about Node
const foreign = { bun: ['--bun'], deno: ['run', '-A'] };
// one that hangs must not keep the others from being tried; a machine that has more to do takes several times as long
const mostMs = 1_800_000;
const libraries = ['core', 'express', 'fastify', 'nestjs', 'jobs'];
const windows = process.platform === 'win32';

function nodePackage() {
  const platform = windows ? 'win' : process.platform;
  const prefix = platform === 'darwin' && process.arch === 'arm64' ? 'node-bin' : 'node';
  return `${prefix}-${platform}-${process.arch}`;
}

/** Path of the runtime's executable; installed when it is not there yet. */
function fetchRuntime(name) {
  const isNode = !(name in foreign);
  const folder = join(root, '.runtimes', name);
  const file = isNode
    ? join(folder, 'node_modules', nodePackage(), windows ? 'node.exe' : 'bin/node')
    : join(folder, 'node_modules', '.bin', windows ? `${name}.cmd` : name);
  if (existsSync(file)) return file;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  const wanted = isNode ? `${nodePackage()}@${name}` : name;
  const args = ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error', wanted];
  spawnSync('npm', args, { cwd: folder, env: environment(), stdio: 'inherit', shell: windows });
  return existsSync(file) ? file : undefined;
}

async function tests(file, name, filters) {
  const report = join(root, '.runtimes', `${name}.json`);
  rmSync(report, { force: true });
  const args = [
    ...(foreign[name] ?? []),
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=json',
    `--outputFile="${report}"`,
    ...(name in foreign ? ['core'] : libraries).map((project) => `--project=${project}`),
    ...(name in foreign && filters.length === 0 ? ['src/'] : []),
    ...filters,
  ];
  // in a process group of its own: what its workers hold open must not outlive the time either
  const { ok, output } = await run(`"${file}" ${args.join(' ')}`, {
    quiet: true,
    timeoutMs: mostMs,
    pathFirst: dirname(file),
  });
  if (!existsSync(report)) {
    return { ok: false, detail: output.slice(-2000) };
  }
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
    readFileSync(report, 'utf8'),
  );
  const failures = testResults
    .filter((entry) => entry.status === 'failed')
    .flatMap((entry) => [
      entry.name,
      ...(entry.message ? [entry.message] : []),
      ...entry.assertionResults
        .filter((test) => test.status === 'failed')
        .map((test) => `  ${test.fullName}: ${(test.failureMessages[0] ?? '').split('\n')[0]}`),
    ]);
  return {
    ok,
    counts: [numPassedTests, numFailedTests, numPendingTests],
    detail: failures.join('\n'),
  };
}

function print(row) {
  console.log(
    row
      .map((cell) => String(cell).padEnd(11))
      .join('')
      .trimEnd(),
  );
}

requireNode();
endCommandsOnSignal();
const argv = process.argv.slice(2);
const split = argv.indexOf('--');
const chosen = split === -1 ? argv : argv.slice(0, split);
const filters = split === -1 ? [] : argv.slice(split + 1);
const names = chosen.length > 0 ? chosen : all;
print(['runtime', 'version', 'result', 'passed', 'failed', 'skipped', 'time']);
for (const name of names) {
  const started = performance.now();
  const file = fetchRuntime(name);
  const version =
    file && spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout.split(/[\n(]/)[0].trim();
  const result = file
    ? await tests(file, name, filters)
    : { ok: false, detail: 'could not be installed' };
  const [passed, failed, skipped] = result.counts ?? ['-', '-', '-'];
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print([name, version ?? '-', result.ok ? 'ok' : 'FAIL', passed, failed, skipped, `${seconds} s`]);
  if (!result.ok) {
    console.error(`${name}:\n${result.detail}\n`);
    process.exitCode = 1;
  }
}
