// Packs every published package, looks at what is in the tarballs, lets attw judge them, and uses them from a fresh project:
// import, require, and the types under both module systems.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { root, run } from './workspace.mjs';

const libraries = ['core', 'express', 'fastify', 'nestjs', 'jobs'];
const published = [...libraries, 'monitor'];
const catalog = readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8');

/** The version that the catalog pins, so that consumers test the same framework as the unit tests. */
const pinned = (name) => {
  const line = catalog
    .split('\n')
    .find((text) => text.replaceAll(/["']/g, '').trim().startsWith(`${name}:`));
  if (line === undefined) throw new Error(`${name} is not in the catalog`);
  return `${name}@${line.slice(line.lastIndexOf(': ') + 2).trim()}`;
};

const frameworks = [
  'express',
  'fastify',
  '@nestjs/common',
  '@nestjs/core',
  '@nestjs/platform-express',
  'reflect-metadata',
  'rxjs',
  'agenda',
  'bullmq',
  'cron',
  'croner',
  '@types/node',
  '@types/express',
].map(pinned);

async function must(command, options) {
  const { ok, output } = await run(command, { quiet: true, ...options });
  if (ok) return output;
  console.error(`${command}\n${output}`);
  throw new Error(`failed: ${command}`);
}

/** What each tarball has beside its built files. */
const beside = ['LICENSE', 'README.md', 'package.json'];

/** What is wrong with a tarball as it would be published; empty when nothing is. */
async function faults(file) {
  const listed = (await must(`tar -tzf "${file}"`)).trim().split('\n');
  const names = listed.map((name) => name.replace('package/', ''));
  const text = await must(`tar -xzOf "${file}" package/package.json`);
  const { publishConfig = {}, scripts = {} } = JSON.parse(text);
  return [
    ...beside.filter((name) => !names.includes(name)).map((name) => `has no ${name}`),
    ...names
      .filter(
        (name) =>
          !beside.includes(name) &&
          !/^dist\/(?:.+\.(?:js|cjs|d\.ts|d\.cts)|assets\/.+\.(?:css|svg))$/.test(name),
      )
      .map((name) => `has ${name}`),
    ...['workspace:', 'catalog:', '@lubdub/source']
      .filter((word) => text.includes(word))
      .map((word) => `its package.json says ${word}`),
    ...(publishConfig.access === 'public' ? [] : ['is not public']),
    ...(publishConfig.provenance === true ? [] : ['is published without provenance']),
    ...Object.keys(scripts)
      .filter((name) => /install$|^prepare$/.test(name))
      .map((name) => `runs ${name}`),
  ];
}

/** Every subpath of the five libraries but package.json, as a consumer writes it. */
function specifiers() {
  return libraries.flatMap((name) => {
    const manifest = JSON.parse(readFileSync(join(root, 'packages', name, 'package.json'), 'utf8'));
    return Object.keys(manifest.exports)
      .filter((subpath) => subpath !== './package.json')
      .map((subpath) => `@lubdub/${name}${subpath.slice(1)}`);
  });
}

function writeConsumer(folder) {
  const names = JSON.stringify(specifiers());
  const judge = `if (Object.keys(loaded).filter((key) => key !== 'default').length === 0) throw new Error(name + ' exports nothing');`;
  writeFileSync(join(folder, 'package.json'), '{ "private": true }\n');
  writeFileSync(
    join(folder, 'load.cjs'),
    `require('reflect-metadata');\nfor (const name of ${names}) { const loaded = require(name); ${judge} }\n` +
      `for (const name of ${JSON.stringify(published)}) require('@lubdub/' + name + '/package.json');\n`,
  );
  writeFileSync(
    join(folder, 'load.mjs'),
    `import 'reflect-metadata';\nfor (const name of [...${names}, '@lubdub/monitor']) { const loaded = await import(name); ${judge} }\n`,
  );
  const imports = specifiers().map((name, index) => `import * as m${index} from '${name}';`);
  const uses = specifiers().map((_, index) => `m${index}`);
  const types = `${imports.join('\n')}\nexport const all: object[] = [${uses.join(', ')}];\n`;
  writeFileSync(join(folder, 'types.mts'), types);
  writeFileSync(join(folder, 'types.cts'), types);
}

const folder = mkdtempSync(join(tmpdir(), 'lubdub-smoke-'));
try {
  const tarballs = join(folder, 'tarballs');
  const consumer = join(folder, 'consumer');
  mkdirSync(tarballs);
  mkdirSync(consumer);
  for (const name of published) {
    await must(`pnpm pack --pack-destination "${tarballs}"`, { cwd: join(root, 'packages', name) });
  }
  const files = readdirSync(tarballs).map((name) => join(tarballs, name));
  // attw --pack would use npm pack, which ignores publishConfig.exports
  for (const file of files) {
    const found = await faults(file);
    if (found.length > 0) throw new Error(`${basename(file)} ${found.join(', ')}`);
    const profile = file.includes('monitor') ? 'esm-only' : 'strict';
    await must(`attw "${file}" --profile ${profile} --no-emoji`);
  }
  writeConsumer(consumer);
  const install = 'npm install --no-audit --no-fund --prefer-offline --loglevel=error';
  await must(`${install} ${[...files, ...frameworks].map((file) => `"${file}"`).join(' ')}`, {
    cwd: consumer,
  });
  await must(`"${process.execPath}" load.cjs`, { cwd: consumer });
  await must(`"${process.execPath}" load.mjs`, { cwd: consumer });
  await must(
    'tsc --noEmit --strict --module nodenext --target es2023 --types node types.mts types.cts',
    {
      cwd: consumer,
    },
  );
  console.log(`${files.length} tarballs: attw, import, require and types are fine`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
