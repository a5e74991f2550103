import { invalidOption } from '../errors.ts';
import type { EnvironmentVariable } from '../providers/_environment.ts';
import type { SecretSource } from '../providers/provider.ts';

/** Environment variables as `process.env` holds them. An empty one counts as missing. */
export type Environment = Readonly<Record<string, string | undefined>>;

const yes = /^(?:1|true|yes|on)$/iu;
const no = /^(?:0|false|no|off)$/iu;

const readFile = (name: string, path: string): string => {
  try {
    // Loaded on demand, so that a bundle for a runtime without files stays whole.
    return process.getBuiltinModule('node:fs').readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
    throw invalidOption(
      name,
      `a file that cannot be read (${code})`,
      'the path of a readable file',
    );
  }
};

/** Reads `1`, `true`, `yes`, `on` and their opposites; undefined when the variable is missing. Throws for anything else. */
export const readSwitch = (name: string, value: string | undefined): boolean | undefined => {
  if (value === undefined || value === '') return undefined;
  if (yes.test(value)) return true;
  if (no.test(value)) return false;
  throw invalidOption(name, `${value.length} characters`, '1, true, yes, on, 0, false, no or off');
};

/** Splits a comma separated list; items are trimmed, empty ones dropped. */
export const readList = (value: string): readonly string[] =>
  value
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');

const readMap = (name: string, value: string): Readonly<Record<string, string>> =>
  Object.fromEntries(
    readList(value).map((item) => {
      const at = item.indexOf('=');
      // The item may hold a token: it is not shown.
      if (at < 1 || at === item.length - 1)
        throw invalidOption(name, 'an item without "="', 'key=id,key2=id2');
      return [item.slice(0, at).trim(), item.slice(at + 1).trim()];
    }),
  );

const convert = (variable: EnvironmentVariable, value: string): unknown => {
  switch (variable.kind) {
    case 'flag':
      return readSwitch(variable.name, value);
    case 'monitors':
      return readMap(variable.name, value);
    case 'secrets':
      return readList(value);
    default:
      return value;
  }
};

const present = (environment: Environment, name: string): string | undefined => {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
};

/**
 * The value of a variable as the option takes it, or undefined when neither it nor `<name>_FILE` is set. The file of a secret
 * is not read here: it is handed on, so that the secret can change.
 *
 * @throws LubdubError naming the variable when it has the wrong form, or when both are set.
 */
export const readVariable = (environment: Environment, variable: EnvironmentVariable): unknown => {
  const { name, kind } = variable;
  const value = present(environment, name);
  const path = present(environment, `${name}_FILE`);
  if (path === undefined) return value === undefined ? undefined : convert(variable, value);
  if (value !== undefined)
    throw invalidOption(`${name}_FILE`, `a path while ${name} is set too`, 'one of the two');
  const file: SecretSource = { file: path };
  return kind === 'secret' || kind === 'secrets'
    ? file
    : convert(variable, readFile(`${name}_FILE`, path));
};
