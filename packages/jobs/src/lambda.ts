import type { AnyJob, RunEnd } from '@lubdub/core';
import { checkOptions, type Rule } from './check.ts';
import type { Callable, JobOptions, JobPreset } from './preset.ts';
import { createWithHeartbeat, type WithHeartbeat } from './with-heartbeat.ts';

/** Options of `withHeartbeat` for Lambda handlers. */
export interface LambdaOptions extends JobOptions {
  /**
   * How long before Lambda's own limit the run is told as failed with reason `timeout`, milliseconds, 0 to 60,000; 0: not at
   * all. Default 1,000. It is also kept free when the end waits for its delivery.
   */
  readonly timeoutMarginMs?: number | undefined;
}

interface LambdaContext {
  readonly functionName?: unknown;
  readonly awsRequestId?: unknown;
  getRemainingTimeInMillis(): number;
}

const streaming = Symbol.for('aws.lambda.runtime.handler.streaming');
const defaultBudgetMs = 2_000;
const rules: Readonly<Record<string, Rule>> = {
  timeoutMarginMs: [
    'a number of milliseconds from 0 to 60000',
    (value) => typeof value === 'number' && value >= 0 && value <= 60_000,
  ],
};

/** Second argument, or third of a streaming handler. */
const contextOf = (args: readonly unknown[]): LambdaContext | undefined =>
  args
    .slice(1, 3)
    .find(
      (candidate): candidate is LambdaContext =>
        typeof (candidate as Partial<LambdaContext> | null | undefined)
          ?.getRemainingTimeInMillis === 'function',
    );

/** Lambda's classic handlers are neither asynchronous nor streaming, and have three parameters. */
const takesCallback = (handler: Callable): boolean =>
  handler.length === 3 &&
  handler.constructor.name !== 'AsyncFunction' &&
  (handler as unknown as Record<symbol, unknown>)[streaming] === undefined;

const serverError = ({ threw, result }: RunEnd): 'fail' | undefined => {
  if (threw) return undefined;
  const { statusCode } = (result ?? {}) as { statusCode?: unknown };
  return typeof statusCode === 'number' && statusCode >= 500 ? 'fail' : undefined;
};

const preset: JobPreset<LambdaOptions> = {
  runner: 'AWS Lambda',
  optionNames: ['timeoutMarginMs'],
  check: (options) => checkOptions(options, rules, false),
  defaultKey({ args }) {
    const name = contextOf(args)?.functionName;
    return typeof name === 'string' ? name : undefined;
  },
  forJob: (handler) => ({
    settle: 'await',
    ...(takesCallback(handler) ? { callbackIndex: 2 } : {}),
  }),
  perCall({ args }, _handler, { timeoutMarginMs = 1_000 }) {
    const context = contextOf(args);
    if (context === undefined) return undefined;
    const remainingMs = context.getRemainingTimeInMillis();
    const usableMs = remainingMs - timeoutMarginMs;
    return {
      ...(timeoutMarginMs > 0 && usableMs >= 1 ? { maxDurationMs: usableMs } : {}),
      settleBudgetMs: Math.max(0, Math.min(defaultBudgetMs, remainingMs / 2)),
      metadata: { requestId: context.awsRequestId },
    };
  },
  classify: serverError,
};

/**
 * An AWS Lambda handler, monitored: promise, streaming and callback handlers, with arity and symbol properties kept. Lambda
 * freezes the process at the return, so the handler's end waits for the delivery of its terminal, at most 2 seconds and at most half
 * of what is left. Shortly before Lambda's own limit the run is told as failed with reason `timeout`. A returned `statusCode` of
 * 500 or more is a fail. The key may be left out: it is then the function's name.
 *
 * @throws LubdubError for a wrong key, handler or option
 *
 * @example
 * export const handler = withHeartbeat(async (event, context) => importOrders(event));
 */
export const withHeartbeat: WithHeartbeat<AnyJob, LambdaOptions> = createWithHeartbeat(preset);

export type { JobOptions } from './preset.ts';
export type { JobKey, WithHeartbeat } from './with-heartbeat.ts';
