import { checkFields, type RuleTable, typed, withMethods } from '../client/check.ts';
import { findHeartbeat } from '../client/create.ts';
import type { HeartbeatClient } from '../client/heartbeat-client.ts';
import { checkRunOptions } from '../client/options.ts';
import { describeValue, invalidOption } from '../errors.ts';
import { assertKey } from '../ping/key.ts';
import type { Run } from '../run/run.ts';
import type { RunOptions } from '../run/run-options.ts';
import type { InFlight } from './in-flight.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import type { Observation, ResponseEnd } from './observation.ts';
import { observationFor } from './observe-response.ts';
import { defaultClassification, type HttpClassify, type HttpRunEnd } from './status-policy.ts';
import { createWarnOnce, type WarnOnce } from './warnings.ts';

/** A monitor key, or a function that gives it for a request; `false` means that this request is no run. */
export type RequestKey<Request> = string | ((request: Request) => string | false);

/** Options of a monitored route; all optional. Those of a run count too. */
export interface RouteHeartbeatOptions extends Omit<
  RunOptions,
  'classify' | 'resumable' | 'runId' | 'settle' | 'settleBudgetMs' | 'waitUntil'
> {
  /** Default: the client that `initHeartbeat` made, looked up at each request; where there is none, requests pass through. */
  readonly client?: HeartbeatClient | undefined;
  /** How the end counts. Default: 5xx, abort and timeout fail, everything else is a success. See `statusPolicy`. */
  readonly classify?: HttpClassify | undefined;
  /**
   * The response is a stream that the peer leaves when it has enough (server-sent events): its leaving after the head was sent
   * is a success. Default false: it fails with reason `aborted`.
   */
  readonly streaming?: boolean | undefined;
  /** The methods whose requests are runs, in capitals. Default: all but HEAD and OPTIONS. */
  readonly methods?: readonly string[] | undefined;
}

/** What an adapter says of its framework. */
export interface RouteHeartbeatParts<Request> {
  /** The pattern of the route that answered, never the raw URL; undefined when there is none. Asked at the end. */
  readonly route: (request: Request) => string | undefined;
  readonly inFlight?: InFlight | undefined;
}

const ownRules: RuleTable = {
  client: withMethods('start', 'flush'),
  classify: typed('function'),
  streaming: typed('boolean'),
  methods: {
    takes: 'a list of method names in capitals',
    accepts: (value) =>
      Array.isArray(value) &&
      value.every(
        (name: unknown) => typeof name === 'string' && name !== '' && name === name.toUpperCase(),
      ),
  },
};

const unmonitored: readonly unknown[] = ['HEAD', 'OPTIONS'];

const endText: Readonly<Record<ResponseEnd['kind'], string>> = {
  sent: 'HTTP',
  aborted: 'the connection closed before the response was sent',
  timeout: 'the server timed out before the response was sent',
  error: 'the response was destroyed before it was sent',
};

/** Splits the options and refuses wrong ones with a typed error. */
const readOptions = (
  options: RouteHeartbeatOptions,
): { readonly own: RouteHeartbeatOptions; readonly run: RunOptions } => {
  if (typeof options !== 'object' || options === null || Array.isArray(options))
    throw invalidOption('options', describeValue(options), 'an object');
  const { client, classify, streaming, methods, ...run } = options;
  checkFields('', { client, classify, streaming, methods }, ownRules);
  for (const name of ['resumable', 'runId', 'settle', 'settleBudgetMs', 'waitUntil']) {
    if (Object.hasOwn(run, name))
      throw invalidOption(name, 'a value', 'nothing: an HTTP request cannot have it');
  }
  checkRunOptions(run);
  return { own: { client, classify, streaming, methods }, run };
};

/** Throws a typed error for options of the wrong form; for adapters that take the options of routes to come. */
export const checkRouteHeartbeatOptions = (options: RouteHeartbeatOptions): void => {
  readOptions(options);
};

/** Makes the requests of a route runs of a monitor. Made once per route, used for each request; never throws into one. */
export class RouteHeartbeat<Request> {
  readonly #key: RequestKey<Request>;
  readonly #own: RouteHeartbeatOptions;
  readonly #run: RunOptions;
  readonly #parts: RouteHeartbeatParts<Request>;
  readonly #warn: WarnOnce;

  /**
   * @throws LubdubError `ERR_LUBDUB_INVALID_KEY`, `ERR_LUBDUB_INVALID_OPTION` or `ERR_LUBDUB_UNKNOWN_OPTION`.
   */
  constructor(
    key: RequestKey<Request>,
    options: RouteHeartbeatOptions,
    parts: RouteHeartbeatParts<Request>,
  ) {
    if (typeof key !== 'function') assertKey(key);
    const { own, run } = readOptions(options);
    this.#key = key;
    this.#own = own;
    this.#run = run;
    this.#parts = parts;
    this.#warn = createWarnOnce();
  }

  /**
   * Begins the run of a request and ends it with its response. Returns the run; undefined when the request is none, or when it
   * already is one of this monitor.
   */
  begin(request: Request, raw: HttpRequest, response: HttpResponse): Run | undefined {
    const { methods } = this.#own;
    const { method } = raw;
    if (methods === undefined ? unmonitored.includes(method) : !methods.includes(method ?? ''))
      return undefined;
    const client = this.#own.client ?? findHeartbeat();
    if (client === undefined) {
      this.#warn(
        'ERR_LUBDUB_NOT_INITIALIZED',
        'Requests are not monitored: there is no client. Call initHeartbeat({ provider }) at the start of the program, or give the option "client".',
      );
      return undefined;
    }
    const key = typeof this.#key === 'string' ? this.#key : this.#askKey(this.#key, request);
    if (key === undefined) return undefined;
    const observation = observationFor(raw, response);
    if (observation.runOf(key) !== undefined) return undefined;
    const run = client.start(key, this.#run);
    this.#parts.inFlight?.enter();
    observation.addRun(run);
    observation.tell((end) => this.#end(run, request, end));
    return run;
  }

  #askKey(keyOf: (request: Request) => string | false, request: Request): string | undefined {
    let key: unknown;
    try {
      key = keyOf(request);
    } catch (error) {
      key = error;
    }
    if (typeof key === 'string' && key !== '') return key;
    if (key !== false) {
      const got =
        key instanceof Error ? `threw ${key.name}: ${key.message}` : `gave ${describeValue(key)}`;
      this.#warn(
        'ERR_LUBDUB_INVALID_KEY',
        `A request was not monitored: the key function ${got}; it gives a monitor key, or false for no run.`,
      );
    }
    return undefined;
  }

  #end(run: Run, request: Request, end: Observation): void {
    this.#parts.inFlight?.leave();
    if (run.status !== 'running' && run.status !== 'failed') return;
    const { caught, kind, statusCode } = end;
    const bad = kind !== 'sent' || statusCode >= 500;
    const threw = bad && (caught !== undefined || end.error !== undefined);
    const error = caught === undefined ? end.error : caught.error;
    const how = this.#classify(run, end, threw ? { error } : undefined);
    if (how === 'skip') run.skip();
    else if (how === 'deferred') run.defer();
    else if (how === 'success' && this.#run.coalesce !== undefined) run.success();
    else {
      const metadata = this.#metadata(request, end.request, statusCode);
      if (how === 'success') run.success({ statusCode, metadata });
      else {
        const reason = kind === 'sent' || threw ? undefined : kind;
        const text = kind === 'sent' ? `${endText.sent} ${statusCode}` : endText[kind];
        run.fail(error, { statusCode, metadata, reason, message: threw ? undefined : text });
      }
    }
  }

  #classify(run: Run, end: ResponseEnd, thrown: { readonly error: unknown } | undefined): string {
    const { kind, statusCode, headersSent } = end;
    const { classify, streaming } = this.#own;
    const left = streaming === true && kind === 'aborted' && headersSent && thrown === undefined;
    if (classify === undefined && kind === 'sent') return statusCode < 500 ? 'success' : 'fail';
    const runEnd: HttpRunEnd = {
      run,
      threw: thrown !== undefined,
      error: thrown?.error,
      result: undefined,
      args: [],
      statusCode,
      headersSent,
      response: kind,
    };
    try {
      const answer = classify?.(runEnd);
      if (answer === 'success' || answer === 'fail' || answer === 'deferred' || answer === 'skip')
        return answer;
    } catch {
      // The user's hook; the default decides.
    }
    return left && statusCode < 500 ? 'success' : defaultClassification(runEnd);
  }

  #metadata(request: Request, raw: HttpRequest, statusCode: number): Record<string, unknown> {
    let route: string | undefined;
    try {
      route = this.#parts.route(request);
    } catch {
      // A label only.
    }
    return { method: raw.method, ...(route === undefined ? {} : { route }), statusCode };
  }
}
