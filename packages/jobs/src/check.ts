import { LubdubError } from '@lubdub/core';

/** What an option takes: words for people, and a test. */
export type Rule = readonly [takes: string, accepts: (value: unknown) => boolean];

const shown = (value: unknown): string => {
  if (typeof value === 'string') return JSON.stringify(value.slice(0, 60));
  return typeof value === 'object' && value !== null
    ? 'an object'
    : typeof value === 'function'
      ? 'a function'
      : String(value);
};

/** One of some words. */
export const oneOf = (...words: readonly string[]): Rule => [
  words.map((word) => `"${word}"`).join(' or '),
  (value) => words.includes(value as string),
];

/** True or false. */
export const flag: Rule = ['true or false', (value) => typeof value === 'boolean'];

/** A function. */
export const callable: Rule = ['a function', (value) => typeof value === 'function'];

/** A number of milliseconds. */
export const milliseconds = (least: number): Rule => [
  `a number of milliseconds of at least ${least}`,
  (value) => typeof value === 'number' && value >= least && value <= 2_147_483_647,
];

/** An object with these methods. */
export const withMethods = (what: string, ...names: readonly string[]): Rule => [
  what,
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => typeof (value as Record<string, unknown>)[name] === 'function'),
];

/**
 * Checks options by their rules; undefined is always good. With `strict` an option without a rule is an error as well.
 *
 * @throws LubdubError naming the option, what it got and what it takes.
 */
export const checkOptions = (
  options: object,
  rules: Readonly<Record<string, Rule>>,
  strict = true,
): void => {
  for (const [name, value] of Object.entries(options)) {
    const rule = rules[name];
    if (rule === undefined && strict) {
      throw new LubdubError(
        'ERR_LUBDUB_UNKNOWN_OPTION',
        `Option "${name}" is unknown; known are ${Object.keys(rules).join(', ')}.`,
        { option: name },
      );
    }
    if (rule === undefined || value === undefined || rule[1](value)) continue;
    throw new LubdubError(
      'ERR_LUBDUB_INVALID_OPTION',
      `Option "${name}" got ${shown(value)}; it takes ${rule[0]}.`,
      { option: name },
    );
  }
};
