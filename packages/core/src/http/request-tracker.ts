import { checkFields, type RuleTable, typed, withMethods } from '../client/check.ts';
import { findHeartbeat } from '../client/create.ts';
import type { HeartbeatClient } from '../client/heartbeat-client.ts';
import { createConsumerIdentifier, type IdentifyConsumer } from './consumer.ts';
import type { HttpRequest, HttpResponse } from './message.ts';
import { requestSize, responseSize } from './message-size.ts';
import type { ResponseEnd } from './observation.ts';
import { observationFor } from './observe-response.ts';
import { createWarnOnce, type WarnOnce } from './warnings.ts';

/** Options of request analytics; all optional. */
export interface TrackRequestsOptions {
  /** Default: the client that `initHeartbeat` made, looked up at each request. */
  readonly client?: HeartbeatClient | undefined;
  /**
   * Default: the header `X-API-Key` as it is, else a hash of `Authorization`. Throwing counts as nobody, with one warning.
   */
  readonly identifyConsumer?: IdentifyConsumer | undefined;
  /** Also collect the query string, its parameters sorted. Default false: it often holds personal data. */
  readonly collectQuery?: boolean | undefined;
  /** Paths that are not collected: exact, with `*` at the end for all below, or a regular expression. Default none. */
  readonly ignore?: readonly (string | RegExp)[] | undefined;
}

/** What an adapter says of its framework. */
export interface RequestTrackerParts<Request> {
  /** The pattern of the route that answered; undefined when none did. Asked at the end. */
  readonly route: (request: Request) => string | undefined;
}

const isPath = (one: unknown): boolean =>
  one instanceof RegExp || (typeof one === 'string' && one.startsWith('/'));

const rules: RuleTable = {
  client: withMethods('track'),
  identifyConsumer: typed('function'),
  collectQuery: typed('boolean'),
  ignore: {
    takes: 'a list of paths that begin with "/" or regular expressions',
    accepts: (value) => Array.isArray(value) && value.every(isPath),
  },
};

const matcher = (rule: string | RegExp): ((path: string) => boolean) => {
  // Without its state, or a global expression would match every other time.
  if (rule instanceof RegExp) {
    const stateless = new RegExp(rule.source, rule.flags.replace(/[gy]/gu, ''));
    return (path) => stateless.test(path);
  }
  if (!rule.endsWith('*')) return (path) => path === rule;
  const prefix = rule.slice(0, -1);
  return (path) => path.startsWith(prefix);
};

const sortedQuery = (query: string): string => {
  if (query === '') return '';
  const parameters = new URLSearchParams(query);
  parameters.sort();
  return `?${parameters.toString()}`;
};

/** The status for the books: of a response whose head never left there is none, so the usual 499 stands for a peer that left. */
const statusOf = ({ kind, headersSent, statusCode }: ResponseEnd): number => {
  if (headersSent) return statusCode;
  return kind === 'error' ? 500 : 499;
};

/** Turns every request into one event of request analytics, through the client's `track`. Never throws into a request. */
export class RequestTracker<Request> {
  readonly #options: TrackRequestsOptions;
  readonly #parts: RequestTrackerParts<Request>;
  readonly #ignored: readonly ((path: string) => boolean)[];
  readonly #identify: IdentifyConsumer;
  readonly #warn: WarnOnce = createWarnOnce();

  /** @throws LubdubError `ERR_LUBDUB_INVALID_OPTION` or `ERR_LUBDUB_UNKNOWN_OPTION`. */
  constructor(options: TrackRequestsOptions, parts: RequestTrackerParts<Request>) {
    checkFields('', options, rules);
    this.#options = options;
    this.#parts = parts;
    this.#ignored = (options.ignore ?? []).map(matcher);
    this.#identify = options.identifyConsumer ?? createConsumerIdentifier();
  }

  /** Follows a request to the end of its response. `url` is the request's own, where a router changes `raw.url`. */
  follow(request: Request, raw: HttpRequest, response: HttpResponse, url?: string): void {
    const client = this.#options.client ?? findHeartbeat();
    if (client === undefined) {
      this.#warn(
        'ERR_LUBDUB_NOT_INITIALIZED',
        'Requests are not tracked: there is no client. Call initHeartbeat({ provider }) at the start of the program, or give the option "client".',
      );
      return;
    }
    const whole = url ?? raw.url ?? '/';
    const mark = whole.indexOf('?');
    const path = mark === -1 ? whole : whole.slice(0, mark);
    for (const ignores of this.#ignored) if (ignores(path)) return;
    const query =
      this.#options.collectQuery === true && mark !== -1 ? sortedQuery(whole.slice(mark + 1)) : '';
    const beganMs = performance.now();
    observationFor(raw, response).tell((end) => {
      client.track({
        method: raw.method ?? 'GET',
        path: this.#label(request, path) + query,
        statusCode: statusOf(end),
        // Whole microseconds: a longer number costs more to write than to measure.
        responseTimeMs: Math.round((performance.now() - beganMs) * 1_000) / 1_000,
        requestSize: requestSize(raw),
        responseSize: responseSize(raw, response),
        consumerId: this.#consumer(raw),
      });
    });
  }

  #label(request: Request, path: string): string {
    try {
      return this.#parts.route(request) ?? path;
    } catch {
      return path;
    }
  }

  #consumer(raw: HttpRequest): string | undefined {
    try {
      const id: unknown = this.#identify(raw.headers);
      return typeof id === 'string' && id !== '' ? id : undefined;
    } catch {
      this.#warn(
        'ERR_LUBDUB_INVALID_OPTION',
        'A request was tracked without its consumer: identifyConsumer threw; it returns a string or null.',
      );
      return undefined;
    }
  }
}
