// The tables that the documentation takes from the code: between `<!-- name: begin -->` and `<!-- name: end -->`.
//
//   node scripts/docs/tables.mjs          names the stale ones, exit code 1
//   node scripts/docs/tables.mjs --write  writes them
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from '../workspace.mjs';
import { optionsTable } from './options.mjs';

const read = (path) => readFileSync(join(root, path), 'utf8');
const json = (path) => JSON.parse(read(path));
const row = (cells) => `| ${cells.join(' | ')} |`;
const table = (titles, rows) =>
  [row(titles), row(titles.map(() => '---')), ...rows.map(row)].join('\n');
const yes = (value) => (value ? 'yes' : '–');
const titleOf = (page) => /^# (.*)$/m.exec(read(page))?.[1] ?? page;

/** What each service can be told, as its provider declares it. */
async function providers() {
  const { ok, output } = await run(
    'node --import tsx --conditions=@lubdub/source scripts/docs/provider-data.ts',
    { quiet: true },
  );
  if (!ok) throw new Error(output);
  return table(
    ['service', 'start', 'success', 'fail', 'log', 'error text', 'accept is proof', 'more'],
    JSON.parse(output).map(({ name, capabilities, ...more }) => [
      `[${titleOf(`docs/providers/${name}.md`)}](docs/providers/${name}.md)`,
      ...['start', 'success', 'fail', 'log'].map((state) =>
        yes(capabilities.states.includes(state)),
      ),
      yes(capabilities.text !== false),
      yes(capabilities.acceptIsProof),
      [
        more.upsert && 'creates monitors',
        more.alert && 'alerts',
        more.track && 'request analytics',
        capabilities.clientTimestamp && "the client's time",
      ]
        .filter((part) => part)
        .join(', ') || '–',
    ]),
  );
}

/** Versions of a package in the workspace's catalog and in the projects of integration/. */
function testedVersions(name) {
  if (name === '') return '';
  const inCatalog = [...read('pnpm-workspace.yaml').matchAll(/^ {2}'?([^\s']+)'?: (\S+)$/gm)]
    .filter(([, key, value]) => key === name || value.startsWith(`npm:${name}@`))
    .map(([, , value]) => value.slice(value.lastIndexOf('@') + 1));
  const inProjects = readdirSync(join(root, 'integration'))
    .map((folder) => join('integration', folder, 'package.json'))
    .filter((path) => existsSync(join(root, path)))
    .flatMap((path) => json(path).dependencies?.[name] ?? [])
    .filter((version) => /^\d/.test(version));
  return [...new Set([...inCatalog, ...inProjects])]
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .join(', ');
}

const packageOf = { nestjs: '@nestjs/core', lambda: '', vercel: '', workers: '', plain: '' };

function frameworkRow(name, specifier, page, folders = [name]) {
  const links = folders.map((example) => {
    if (!existsSync(join(root, 'examples', example, 'package.json')))
      throw new Error(`${specifier} has no example: examples/${example} is missing`);
    return `[${example}](examples/${example})`;
  });
  return [
    `[${titleOf(page)}](${page})`,
    `\`${specifier}\``,
    testedVersions(packageOf[name] ?? name) || '–',
    links.join(', '),
  ];
}

/** The adapters, as the packages export them. */
function frameworks() {
  const runners = Object.keys(json('packages/jobs/package.json').exports)
    .filter((subpath) => !['.', './package.json'].includes(subpath))
    .map((subpath) => subpath.slice(2));
  return table(
    ['framework', 'import', 'tested with', 'example'],
    [
      frameworkRow('express', '@lubdub/express', 'docs/frameworks/express.md', [
        'express',
        'express4',
      ]),
      frameworkRow('fastify', '@lubdub/fastify', 'docs/frameworks/fastify.md'),
      frameworkRow('nestjs', '@lubdub/nestjs', 'docs/frameworks/nestjs.md'),
      ...runners.map((name) =>
        frameworkRow(name, `@lubdub/jobs/${name}`, `docs/frameworks/jobs-${name}.md`),
      ),
      frameworkRow('plain', '@lubdub/jobs', 'docs/frameworks/jobs.md'),
      frameworkRow('workers', '@lubdub/core/edge', 'docs/frameworks/edge.md'),
    ],
  );
}

/** The folders of examples/, by what they say of themselves. */
function examples() {
  return table(
    ['folder', 'what runs', 'takes'],
    readdirSync(join(root, 'examples'))
      .filter((folder) => existsSync(join(root, 'examples', folder, 'package.json')))
      .map((folder) => {
        const { description, engines } = json(join('examples', folder, 'package.json'));
        const text = read(join('examples', folder, 'README.md'));
        const services = ['Redis', 'PostgreSQL'].filter((name) => text.includes(`# ${name} at`));
        const node = engines.node === '>=20.19.0' ? [] : [`Node ${engines.node.slice(2)}`];
        const needs = [...services, ...node];
        return [`[${folder}](${folder}/README.md)`, description, needs.join(', ') || '–'];
      }),
  );
}

const shown = ['What monitoring costs a job', 'Pings a second', 'Requests a second, Express'];

/** What `pnpm bench` wrote, with the command of each part. */
function figures() {
  if (!existsSync(join(root, 'bench/RESULTS.md')))
    return '`pnpm bench` measures and writes `bench/RESULTS.md`; there is none yet.';
  const [head, ...sections] = read('bench/RESULTS.md').trimEnd().split(/^## /m);
  const machine = [...head.matchAll(/^- (.*)$/gm)].map(([, line]) => line).join('; ');
  const parts = shown.map((title) => {
    const section = sections.find((text) => text.startsWith(title));
    if (section === undefined) throw new Error(`bench/RESULTS.md has no "${title}"`);
    return `**${section.trim().replace(/\n/, '**\n')}`;
  });
  return [`${machine}.`, ...parts].join('\n\n');
}

const http = (file, name) => [`packages/core/src/http/${file}.ts`, name];
const routeOptions = [
  http('route-heartbeat', 'RouteHeartbeatOptions'),
  ['packages/core/src/run/run-options.ts', 'RunOptions'],
];
// What an HTTP request cannot have.
const noRequest = ['runId', 'resumable', 'settle', 'settleBudgetMs', 'waitUntil'];
const beatOptions = [
  http('server-liveness', 'ServerLivenessOptions'),
  ['packages/core/src/client/heartbeat-client.ts', 'LivenessOptions'],
];
const heartbeatOptions = () => optionsTable(routeOptions, noRequest);
const trackOptions = () => optionsTable([http('request-tracker', 'TrackRequestsOptions')]);
const serverOptions = () => optionsTable([http('server-heartbeat', 'ServerHeartbeatOptions')]);
const livenessOptions = () => optionsTable(beatOptions);
const pluginOptions = () =>
  optionsTable([['packages/fastify/src/types.ts', 'HeartbeatPluginOptions']]);
const express = 'docs/frameworks/express.md';
const fastify = 'docs/frameworks/fastify.md';

const places = [
  { page: express, name: 'heartbeat-options', make: heartbeatOptions },
  { page: express, name: 'track-options', make: trackOptions },
  { page: express, name: 'server-options', make: serverOptions },
  { page: express, name: 'liveness-options', make: livenessOptions },
  { page: fastify, name: 'heartbeat-options', make: heartbeatOptions },
  { page: fastify, name: 'plugin-options', make: pluginOptions },
  { page: fastify, name: 'track-options', make: trackOptions },
  { page: fastify, name: 'liveness-options', make: livenessOptions },
  { page: 'README.md', name: 'providers', make: providers },
  { page: 'README.md', name: 'frameworks', make: frameworks },
  { page: 'README.md', name: 'figures', make: figures },
  { page: 'examples/README.md', name: 'examples', make: examples },
];

const sectionOf = (name) => new RegExp(`(<!-- ${name}: begin -->\\n)[^]*?(<!-- ${name}: end -->)`);

/** Without what the formatter changes: widths of columns, blank lines. */
const plain = (text) =>
  text
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/(:?)-{3,}(:?)/g, '$1---$2')
    .replaceAll(/\n{2,}/g, '\n')
    .replaceAll(/\| ?(?=\n|$)/g, '|')
    .trim();

/**
 * Compares the tables with the code.
 *
 * @param {{ write?: boolean }} [options] write: put the stale ones right instead
 * @returns {Promise<string[]>} one line per stale table
 */
export async function checkTables({ write = false } = {}) {
  const problems = [];
  for (const { page, name, make } of places) {
    const text = read(page);
    const made = await make();
    const [section, begin, end] = sectionOf(name).exec(text) ?? [];
    if (section === undefined) problems.push(`${page} has no section "${name}"`);
    else if (plain(section) !== plain(`${begin}\n${made}\n\n${end}`)) {
      if (write)
        writeFileSync(
          join(root, page),
          text.replace(section, () => `${begin}\n${made}\n\n${end}`),
        );
      else
        problems.push(
          `${page}: the table "${name}" is stale; node scripts/docs/tables.mjs --write`,
        );
    }
  }
  if (write)
    await run(`oxfmt ${[...new Set(places.map(({ page }) => page))].join(' ')}`, { quiet: true });
  return problems;
}

if (process.argv[1] === import.meta.filename) {
  const problems = await checkTables({ write: process.argv.includes('--write') });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
