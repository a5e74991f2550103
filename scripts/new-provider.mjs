// Lays out a new provider: source, test, golden vectors, docs page, subpath, registry line and changeset.
//
//   pnpm new:provider better-stack
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { environment, root } from './workspace.mjs';

const name = process.argv[2] ?? '';
if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
  console.error(`usage: pnpm new:provider <name>, in kebab-case as in better-stack; got "${name}"`);
  process.exit(2);
}
const camel = name.replace(/-(.)/g, (_, letter) => letter.toUpperCase());
const pascal = camel[0].toUpperCase() + camel.slice(1);
const upper = name.replaceAll('-', '_').toUpperCase();

const source = `import { interpretAnswer, withJson } from './_answers.ts';
import { successOnly } from './_capabilities.ts';
import type { ProviderEnvironment } from './_environment.ts';
import { checkOptions, defineProvider, readRoot, readSecret } from './_options.ts';
import type { ProviderOptions } from './_options.ts';
import type { Provider, SecretSource } from './provider.ts';

/** Options of {@link ${camel}}. */
export interface ${pascal}Options extends ProviderOptions {
  /** The service's secret; call the option what the service calls it. */
  readonly apiKey: SecretSource;
}

/**
 * ${pascal}: what the service watches, which states it knows, and where its documentation says so.
 *
 * @throws LubdubError when an option has the wrong form.
 */
export const ${camel} = (options: ${pascal}Options): Provider => {
  checkOptions('${name}', options, ['apiKey']);
  const root = readRoot('baseUrl', options.baseUrl, 'https://${name}.example.com');
  return defineProvider(options, {
    name: '${name}',
    origins: [root],
    // name here what the service takes, and nothing that it does not
    capabilities: { ...successOnly, metadata: { maxBytes: 10_000 } },
    secrets: { apiKey: readSecret('apiKey', options.apiKey, 'the API key') },
    toRequest: (ping, context) => ({
      method: 'POST',
      url: \`\${root}/\${encodeURIComponent(context.target)}\`,
      headers: {
        'content-type': 'application/json',
        authorization: \`Bearer \${context.secrets['apiKey'] ?? ''}\`,
      },
      body: withJson({ state: ping.state }, 'metadata', ping.metadataJson),
    }),
    interpret: (response) => interpretAnswer(response, false),
  });
};

/** Variables that \`heartbeatFromEnv\` reads for ${pascal}. */
export const ${camel}Environment: ProviderEnvironment = {
  name: '${name}',
  prefix: '${upper}',
  variables: [
    { name: '${upper}_API_KEY', option: 'apiKey', kind: 'secret', required: true },
  ],
  create: ${camel},
};
`;

const test = `import { describe, expect, it } from 'vitest';
import { goldenVectors } from '../../test/golden.ts';
import { providerContract } from '../testing/provider-contract.ts';
import { ${camel} } from './${name}.ts';

const sample = {
  provider: () => ${camel}({ apiKey: 'key-1' }),
  secrets: { apiKey: 'key-1' },
};

providerContract({ describe, it }, sample);
goldenVectors(sample);

describe('${name}', () => {
  it('sends no state that the service lacks', () => {
    expect(sample.provider().capabilities.states).toEqual(['success']);
  });
});
`;

const page = `# ${pascal}

\`\`\`ts
import { createHeartbeat } from '@lubdub/core';
import { ${camel} } from '@lubdub/core/providers/${name}';

const heartbeat = createHeartbeat({ provider: ${camel}({ apiKey: process.env.${upper}_API_KEY }) });
\`\`\`

From the environment: \`LUBDUB_PROVIDER=${name}\` and \`${upper}_API_KEY\`.

## What it carries

Which states, texts, run ids and times the service takes, and what a success answer proves.

## Limits

Requests a minute, bytes a ping, and what happens beyond them.
`;

const changeset = `---
'@lubdub/core': minor
---

Add the ${name} provider.
`;

const providers = 'packages/core/src/providers';
const files = {
  [`${providers}/${name}.ts`]: source,
  [`${providers}/${name}.test.ts`]: test,
  [`docs/providers/${name}.md`]: page,
  [`.changeset/provider-${name}.md`]: changeset,
};
const taken = Object.keys(files).filter((file) => existsSync(join(root, file)));
if (taken.length > 0) {
  console.error(`nothing written, there already is ${taken.join(', ')}`);
  process.exit(1);
}
for (const [file, text] of Object.entries(files)) {
  mkdirSync(dirname(join(root, file)), { recursive: true });
  writeFileSync(join(root, file), text);
}

function tool(command, env = {}) {
  const options = { cwd: root, env: { ...environment(), ...env }, shell: true, encoding: 'utf8' };
  const { status, stdout, stderr } = spawnSync(command, options);
  if (status === 0) return;
  console.error(`${command}\n${stdout}${stderr}`);
  process.exit(1);
}
const unit = `vitest run --project core ${providers.replace('packages/core/', '')}/${name}.test.ts`;
tool('node scripts/generate-exports.mjs');
tool(`oxfmt packages/core/package.json ${providers}`);
tool(unit, { UPDATE_GOLDEN: '1' });
tool('oxfmt packages/core/test/golden');
tool(unit);
// the tables of docs/providers/README.md, and the new page
tool('vitest run --project core test/provider-consistency.test.ts', { UPDATE_GOLDEN: '1' });
tool('oxfmt docs/providers');
for (const file of [...Object.keys(files), `packages/core/test/golden/${name}.json`])
  console.log(file);
console.log('exports and registry are up to date; now fill in what the service says.');
