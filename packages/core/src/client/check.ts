import { describeValue, invalidOption, LubdubError } from '../errors.ts';

/** Accepts a value, or says what it takes. */
export interface Rule {
  readonly takes: string;
  accepts(value: unknown): boolean;
}

/** A number between two bounds. */
export const numberFrom = (least: number, most: number, unit: string): Rule => ({
  takes: `a number of ${unit} from ${least} to ${most}`,
  accepts: (value) => typeof value === 'number' && value >= least && value <= most,
});

/** A whole number between two bounds. */
export const integerFrom = (least: number, most: number): Rule => ({
  takes: `a whole number from ${least} to ${most}`,
  accepts: (value) =>
    Number.isInteger(value) && (value as number) >= least && (value as number) <= most,
});

/** One of some fixed values. */
export const oneOf = (...values: readonly (string | boolean)[]): Rule => ({
  takes: values.map((value) => JSON.stringify(value)).join(', '),
  accepts: (value) => values.includes(value as string),
});

/** A value of a JavaScript type. */
export const typed = (type: 'string' | 'function' | 'boolean'): Rule => ({
  takes: `a ${type}`,
  accepts: (value) => typeof value === type,
});

/** A text that is not empty. */
export const nonEmptyText: Rule = {
  takes: 'a text that is not empty',
  accepts: (value) => typeof value === 'string' && value !== '',
};

/** A text that is not empty, or a function that makes one. */
export const textOrFunction: Rule = {
  takes: 'a text that is not empty, or a function that makes one',
  accepts: (value) => typeof value === 'function' || nonEmptyText.accepts(value),
};

/** An object with these methods. */
export const withMethods = (...names: readonly string[]): Rule => ({
  takes: `an object with ${names.join(', ')}`,
  accepts: (value) =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
});

/** An object of any content. */
export const plainObject: Rule = {
  takes: 'an object',
  accepts: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
};

/** What each field of an options object takes; a nested table for a nested object. */
export interface RuleTable {
  readonly [name: string]: Rule | RuleTable;
}

const isRule = (rule: Rule | RuleTable): rule is Rule =>
  typeof (rule as Rule).accepts === 'function';

/**
 * Checks an options object: every field known and of the right form; undefined is always fine. Throws
 * `ERR_LUBDUB_UNKNOWN_OPTION` or `ERR_LUBDUB_INVALID_OPTION`, which name the option, what it got and what it takes.
 */
export const checkFields = (path: string, options: unknown, table: RuleTable): void => {
  const prefix = path === '' ? '' : `${path}.`;
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    throw invalidOption(path === '' ? 'options' : path, describeValue(options), 'an object');
  }
  for (const [name, value] of Object.entries(options)) {
    const rule = Object.hasOwn(table, name) ? table[name] : undefined;
    if (rule === undefined) {
      const known = Object.keys(table).join(', ');
      throw new LubdubError(
        'ERR_LUBDUB_UNKNOWN_OPTION',
        `Unknown option "${prefix}${name}"; known are ${known}.`,
        { option: `${prefix}${name}` },
      );
    }
    if (value === undefined) continue;
    if (!isRule(rule)) checkFields(prefix + name, value, rule);
    else if (!rule.accepts(value))
      throw invalidOption(prefix + name, describeValue(value), rule.takes);
  }
};
