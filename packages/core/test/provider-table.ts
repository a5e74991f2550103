import { readEnvironment } from '../src/env/read-environment.ts';
import type { Capabilities, Provider, RateLimit } from '../src/providers/provider.ts';
import { providerEnvironments } from '../src/providers/registry.ts';
import { enoughFor } from './enough-environment.ts';

/** Every provider of the registry, made with the least that it needs. */
export const everyProvider = (): readonly Provider[] =>
  providerEnvironments.flatMap(
    ({ name }) => readEnvironment({ LUBDUB_PROVIDER: name, ...enoughFor(name) }).providers,
  );

const yes = (value: boolean): string => (value ? 'yes' : '–');

const count = (value: number): string => value.toLocaleString('en');

const textOf = ({ text }: Capabilities): string =>
  text === false ? '–' : `${count(text.max)} ${text.unit}, ${text.keep}`;

const metadataOf = ({ metadata }: Capabilities): string =>
  metadata === false ? '–' : `${count(metadata.maxBytes)} bytes`;

const rateOf = ({ count: most, windowMs, per }: RateLimit): string =>
  `${most}/${windowMs === 1_000 ? 's' : windowMs === 60_000 ? 'min' : `${windowMs} ms`}${per === 'monitor' ? ' each' : ''}`;

/** Does a provider create monitors? */
export const hasUpsert = (name: string): boolean =>
  providerEnvironments.some(
    (one) => one.name === name && one.variables.some(({ option }) => option === 'upsert'),
  );

const columns: readonly (readonly [string, (provider: Provider) => string])[] = [
  ['provider', ({ name }) => `[${name}](${name}.md)`],
  ['states', ({ capabilities }) => capabilities.states.join(', ') || '–'],
  ['text', ({ capabilities }) => textOf(capabilities)],
  ['metadata', ({ capabilities }) => metadataOf(capabilities)],
  ['run id', ({ capabilities }) => capabilities.runId || '–'],
  ['exit code', ({ capabilities }) => yes(capabilities.exitCode)],
  ['duration', ({ capabilities }) => yes(capabilities.duration)],
  ["client's time", ({ capabilities }) => yes(capabilities.clientTimestamp)],
  ['environment', ({ capabilities }) => yes(capabilities.environment)],
  ['accept is proof', ({ capabilities }) => yes(capabilities.acceptIsProof)],
  ['rate limits', ({ capabilities }) => capabilities.rateLimits.map(rateOf).join(', ') || '–'],
  [
    'more',
    ({ name, batch, alert, track }) =>
      Object.entries({ batch, alert, track, upsert: hasUpsert(name) })
        .flatMap(([part, there]) => (there === undefined || there === false ? [] : [part]))
        .join(', ') || '–',
  ],
];

const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** The table of capabilities of `docs/providers/README.md`. */
export const capabilityTable = (): string =>
  [
    row(columns.map(([title]) => title)),
    row(columns.map(() => '---')),
    ...everyProvider().map((provider) => row(columns.map(([, cell]) => cell(provider)))),
  ].join('\n');

/** The table of environment variables of `docs/providers/README.md`. */
export const environmentTable = (): string =>
  [
    row(['provider', 'needs', 'takes', 'also']),
    row(['---', '---', '---', '---']),
    ...providerEnvironments.map(({ name, prefix, without, variables }) => {
      const names = (required: boolean): string =>
        variables
          .filter((variable) => (variable.required ?? false) === required)
          .map((variable) => `\`${variable.name}\``)
          .join(', ') || '–';
      const shared = ['BASE_URL', 'MONITORS', 'ALLOW_PRIVATE_NETWORK']
        .filter(
          (part) => part.replace('BASE_URL', 'baseUrl').replace('MONITORS', 'monitors') !== without,
        )
        .map((part) => `\`${prefix}_${part}\``)
        .join(', ');
      return row([`[${name}](${name}.md)`, names(true), names(false), shared]);
    }),
  ].join('\n');
