import { checkOptions, flag, oneOf, type Rule } from '../check.ts';
import type { BullMqJobOptions } from './job.ts';

/** Rules of what BullMQ adds to the options of a run. */
export const bullMqRules: Readonly<Record<string, Rule>> = {
  failures: oneOf('final', 'every-attempt'),
  suspends: flag,
};

/** Throws a typed error for a wrong option of BullMQ's own. */
export const checkBullMqOptions = (options: BullMqJobOptions): void =>
  checkOptions(options, bullMqRules, false);
