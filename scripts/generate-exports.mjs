// Derives what package.json says about built files from the `@lubdub/source` entries of `exports`,
// core's provider subpaths and registry from the files in packages/core/src/providers, and core's version from its manifest.
//
//   node scripts/generate-exports.mjs          writes the manifests
//   node scripts/generate-exports.mjs --check  exits 1 when one is out of date
//
// A new subpath needs one line in `exports`: "./bullmq": { "@lubdub/source": "./src/bullmq.ts" }.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { outputName } from './entries.mjs';
import { generateRegistry, providerNames } from './generate-registry.mjs';

const root = join(import.meta.dirname, '..');
// Runtimes without Node's modules get the edge build by the conditions that their bundlers set (Cloudflare, Vercel, workers).
const edge = { entry: './edge', conditions: ['workerd', 'edge-light', 'worker'] };
const packages = [
  { name: 'core', dual: true, providers: 'src/providers', edge },
  { name: 'express', dual: true },
  { name: 'fastify', dual: true },
  { name: 'nestjs', dual: true },
  { name: 'jobs', dual: true },
  { name: 'monitor', dual: false },
];
/** Subpath to source file, in the order of the manifest; providers last. */
function sources(manifest, folder, providers) {
  const declared = Object.entries(manifest.exports)
    .filter(([subpath]) => providers === undefined || !subpath.startsWith('./providers/'))
    .flatMap(([subpath, target]) =>
      target['@lubdub/source'] === undefined ? [] : [[subpath, target['@lubdub/source']]],
    );
  if (providers === undefined) return declared;
  const derived = providerNames(join(folder, providers)).map((name) => [
    `./providers/${name}`,
    `./${providers}/${name}.ts`,
  ]);
  return [...declared, ...derived];
}

const built = (name, dual) => {
  const esm = { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` };
  const cjs = { types: `./dist/${name}.d.cts`, default: `./dist/${name}.cjs` };
  return dual ? { import: esm, require: cjs } : esm;
};

/** What the root of a package with an edge build answers to its conditions, before `import` and `require`. */
const edgeTargets = ({ entry, conditions }) =>
  Object.fromEntries(
    conditions.map((condition) => [condition, built(outputName(entry), true).import]),
  );

function derive(manifest, folder, { dual, providers, edge: lean }) {
  const list = sources(manifest, folder, providers);
  const targets = (subpath) => ({
    ...(lean !== undefined && subpath === '.' ? edgeTargets(lean) : {}),
    ...built(outputName(subpath), dual),
  });
  const own = { './package.json': './package.json' };
  const local = list.map(([subpath, source]) => [
    subpath,
    { '@lubdub/source': source, ...targets(subpath) },
  ]);
  const published = list.map(([subpath]) => [subpath, targets(subpath)]);
  const typed = list
    .map(([subpath]) => outputName(subpath))
    .filter((name) => name !== 'index')
    .map((name) => [name, [`./dist/${name}.d.${dual ? 'cts' : 'ts'}`]]);
  const next = { ...manifest };
  if (dual) next.main = './dist/index.cjs';
  else next.main = './dist/index.js';
  if (dual) next.module = './dist/index.js';
  next.types = dual ? './dist/index.d.cts' : './dist/index.d.ts';
  if (typed.length > 0) next.typesVersions = { '*': Object.fromEntries(typed) };
  else delete next.typesVersions;
  next.exports = { ...Object.fromEntries(local), ...own };
  next.publishConfig = {
    ...manifest.publishConfig,
    exports: { ...Object.fromEntries(published), ...own },
  };
  return next;
}

// key order and line breaks belong to the formatter: compare and write values only
const check = process.argv.includes('--check');
const stale = [];
for (const entry of packages) {
  const folder = join(root, 'packages', entry.name);
  const file = join(folder, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8'));
  const next = derive(manifest, folder, entry);
  if (JSON.stringify(sortKeys(next)) === JSON.stringify(sortKeys(manifest))) continue;
  stale.push(`packages/${entry.name}/package.json`);
  if (!check) writeFileSync(file, `${JSON.stringify(next, null, 2)}\n`);
}

function sortKeys(value) {
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sortKeys(inner)]),
  );
}

if (generateRegistry(join(root, 'packages/core/src/providers'), check))
  stale.push('packages/core/src/providers/registry.ts');

const versionFile = join(root, 'packages/core/src/version.ts');
const { version } = JSON.parse(readFileSync(join(root, 'packages/core/package.json'), 'utf8'));
const versionText = `/** Version of the package; written by \`pnpm generate\`. */\nexport const version = '${version}';\n`;
if (readFileSync(versionFile, 'utf8') !== versionText) {
  stale.push('packages/core/src/version.ts');
  if (!check) writeFileSync(versionFile, versionText);
}

if (stale.length === 0) console.log('exports, registry and version are up to date');
else if (check) {
  console.error(`out of date, run "pnpm generate": ${stale.join(', ')}`);
  process.exitCode = 1;
} else console.log(`written (format with "pnpm format"): ${stale.join(', ')}`);
