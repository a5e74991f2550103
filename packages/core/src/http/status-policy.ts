import { describeValue, invalidOption } from '../errors.ts';
import type { Classification, RunEnd } from '../run/run-options.ts';
import type { ResponseEndKind } from './observation.ts';

/** How a run of an HTTP request ended, as `classify` sees it. */
export interface HttpRunEnd extends RunEnd {
  /** What became of the response. */
  readonly response: ResponseEndKind;
  /** True when the peer saw the status before the end. */
  readonly headersSent: boolean;
  readonly statusCode: number;
}

/** Decides how a run of an HTTP request counts; undefined leaves it to the default. */
export type HttpClassify = (end: HttpRunEnd) => Classification | undefined;

/** A status (`404`), a class of them (`'4xx'`), or a response that was not sent to its end. */
export type StatusRule =
  | number
  | '1xx'
  | '2xx'
  | '3xx'
  | '4xx'
  | '5xx'
  | 'aborted'
  | 'timeout'
  | 'error';

/** What {@link statusPolicy} takes; a status named itself goes before its class. */
export interface StatusPolicyOptions {
  readonly success?: readonly StatusRule[] | undefined;
  readonly fail?: readonly StatusRule[] | undefined;
  readonly skip?: readonly StatusRule[] | undefined;
}

/** 5xx, abort and timeout fail; everything else is a success, also a 404. */
export const defaultClassification = (end: HttpRunEnd): Classification =>
  end.response === 'sent' && end.statusCode < 500 ? 'success' : 'fail';

const words: readonly unknown[] = [
  '1xx',
  '2xx',
  '3xx',
  '4xx',
  '5xx',
  'aborted',
  'timeout',
  'error',
];

const isRule = (rule: unknown): rule is StatusRule =>
  typeof rule === 'number'
    ? Number.isInteger(rule) && rule >= 100 && rule <= 599
    : words.includes(rule);

/**
 * A `classify` hook from lists of statuses: `statusPolicy({ fail: ['4xx'], success: [409], skip: [304] })`. What no list names
 * counts by the default.
 *
 * @throws LubdubError `ERR_LUBDUB_INVALID_OPTION` for a rule that is none.
 */
export const statusPolicy = (options: StatusPolicyOptions): HttpClassify => {
  const table = new Map<StatusRule, Classification>();
  for (const name of ['success', 'fail', 'skip'] as const) {
    for (const rule of options[name] ?? []) {
      if (!isRule(rule))
        throw invalidOption(
          name,
          describeValue(rule),
          `statuses from 100 to 599 or ${words.join(', ')}`,
        );
      table.set(rule, name);
    }
  }
  return ({ response, statusCode }) =>
    response === 'sent'
      ? (table.get(statusCode) ?? table.get(`${Math.floor(statusCode / 100)}xx` as StatusRule))
      : table.get(response);
};
