// The API reference, from the sources: `pnpm docs:api` writes docs/public/api, which the site serves as /api.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const packages = ['core', 'express', 'fastify', 'jobs', 'nestjs', 'monitor'];

/** The sources of a package's subpaths, as its exports name them. */
const sourcesOf = (name) => {
  const folder = join(import.meta.dirname, 'packages', name);
  const { exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return Object.values(exports)
    .map((target) => target['@lubdub/source'])
    .filter((source) => source !== undefined)
    .map((source) => join(folder, source));
};

export default {
  name: 'lubdub',
  entryPoints: packages.flatMap(sourcesOf),
  tsconfig: 'tsconfig.api.json',
  skipErrorChecking: true,
  excludePrivate: true,
  excludeInternal: true,
  // what Node's own types say is on Node's site
  excludeExternals: true,
  readme: 'none',
  out: 'docs/public/api',
  highlightLanguages: ['bash', 'http', 'javascript', 'json', 'typescript'],
  logLevel: 'Warn',
  validation: { notExported: false, invalidLink: false },
};
