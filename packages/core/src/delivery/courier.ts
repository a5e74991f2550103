import type { Clock } from '../clock.ts';
import type { ErrorCode } from '../errors.ts';
import { fitPing } from '../ping/fit.ts';
import { holdsControlCharacters } from '../network/policy.ts';
import type { Ping } from '../ping/ping.ts';
import type {
  MonitorDeclaration,
  Provider,
  ProviderRequest,
  RequestContext,
  Resolution,
} from '../providers/provider.ts';
import type {
  Transport,
  TransportFailure,
  TransportRequest,
  TransportResponse,
  TransportResult,
} from '../transport/transport.ts';
import type { Entry } from './entry.ts';
import { type Attempt, guarded, readAttempt } from './reading.ts';
import type { RetryOptions } from './retry.ts';
import type { SecretStore, SecretValues } from './secrets.ts';
import type { Settlement } from './settlement.ts';
import { contextOf, declarationOf, type Surroundings, TargetStore } from './targets.ts';

/** What a courier needs. */
export interface CourierParts {
  readonly provider: Provider;
  readonly transport: Transport;
  readonly clock: Clock;
  readonly secrets: SecretStore;
  readonly around: Surroundings;
  readonly retry: RetryOptions;
  readonly timeoutMs: number;
  readonly allowPrivateNetwork: boolean;
  readonly onMisconfigured: (key: string | undefined, message: string, code?: ErrorCode) => void;
  /** The service took a ping of this monitor, or knows it now. */
  readonly onAccepted: (key: string) => void;
}

const lookUpRetryMs = 30_000;
const askSpareMs = 1_000;

const failure = (reason: TransportFailure['reason'], message: string): TransportResult => ({
  kind: 'failure',
  reason,
  message,
  sent: false,
});

const unreadable: Resolution = { status: 'unreachable', reason: 'unreadable-answer' };

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : 'unknown error';

/** Turns entries into one request, sends it once and reads the answer. Decides nothing about when. */
export class Courier {
  readonly targets: TargetStore;
  readonly #declared = new Map<string, MonitorDeclaration>();
  readonly #askers = new Map<string, Set<() => void>>();
  readonly #parts: CourierParts;

  constructor(parts: CourierParts) {
    this.#parts = parts;
    this.targets = new TargetStore(parts.provider, (key, message) =>
      parts.onMisconfigured(key, message),
    );
  }

  /** Makes one attempt; `done` is called exactly once, later. */
  carry(entries: readonly Entry[], done: (attempt: Attempt) => void): void {
    const { provider, clock } = this.#parts;
    const wallMs = clock.wallMs();
    const pings = entries.map(({ ping }) => ping);
    this.request(
      (secrets) =>
        this.requestFor(
          pings.map((ping) => fitPing(ping, provider.capabilities, wallMs)),
          secrets,
        ),
      (result) => done(readAttempt(result, pings, this.#parts)),
    );
  }

  /** The request for these pings; pure but for the clock. Throws what the provider throws. */
  requestFor(pings: readonly Ping[], secrets: SecretValues): ProviderRequest {
    const { provider } = this.#parts;
    if (provider.batch === undefined) {
      const [ping] = pings as readonly [Ping];
      return provider.toRequest(ping, this.context(ping.key, secrets));
    }
    const contexts = new Map<string, RequestContext>();
    return provider.batch.toRequest(pings, ({ key }) => {
      const context = contexts.get(key) ?? this.context(key, secrets);
      contexts.set(key, context);
      return context;
    });
  }

  get allowPrivateNetwork(): boolean {
    return this.#parts.allowPrivateNetwork;
  }

  get userAgent(): string {
    return this.#parts.around.userAgent;
  }

  /** Reads an answer that came when the process was ending; status 0 is no answer. */
  readAtExit(
    answer: Omit<TransportResponse, 'kind'>,
    pings: readonly Ping[],
  ): readonly Settlement[] {
    const result =
      answer.status === 0
        ? failure('network', 'no answer at exit')
        : { kind: 'response' as const, ...answer };
    return readAttempt(result, pings, this.#parts).settlements.map(({ settlement }) => settlement);
  }

  /** What requests about a monitor say of it from now on, in the place of what the provider's own map says. */
  declare(key: string, monitor: MonitorDeclaration): void {
    this.#declared.set(key, monitor);
  }

  /** A provider's context of a monitor. */
  context(key: string, secrets: SecretValues): RequestContext {
    const { provider, around, clock } = this.#parts;
    const target = this.targets.target(key, clock.monotonicMs());
    return contextOf(
      around,
      this.#declared.get(key) ?? declarationOf(provider, key),
      target.status === 'known' ? target.id : key,
      secrets,
      clock.wallMs(),
    );
  }

  /**
   * Asks the service what it calls a monitor, once however many wait; `then` runs when the answer is in, or when a monitor that
   * is held back is let go.
   */
  lookUp(key: string, then: () => void): void {
    const { provider, clock, onMisconfigured, onAccepted } = this.#parts;
    const { resolve } = provider;
    if (this.targets.isHeld(key)) {
      this.targets.join(key, then);
      return;
    }
    if (resolve === undefined || this.targets.join(key, then)) return;
    this.request(
      (secrets) => resolve.toRequest(key, this.context(key, secrets)),
      (result) => {
        const resolution: Resolution =
          result.kind === 'response'
            ? guarded(() => resolve.interpret(result, key), unreadable)
            : { status: 'unreachable', reason: result.reason };
        this.targets.learn(key, resolution, clock.monotonicMs(), lookUpRetryMs);
        if (resolution.status === 'resolved') onAccepted(key);
        for (const answered of this.#askers.get(key) ?? []) answered();
        if (resolution.status === 'misconfigured') onMisconfigured(key, resolution.message);
        if (
          resolution.status === 'unreachable' &&
          this.targets.target(key, clock.monotonicMs()).status === 'unknown'
        ) {
          clock.setTimer(
            () => this.targets.over(key),
            Math.min(this.#parts.retry.maxMs, lookUpRetryMs),
          );
        } else this.targets.over(key);
      },
    );
  }

  /**
   * Looks a monitor up, unless that was just done, and resolves as soon as the answer is in, good or bad. Holds the process
   * meanwhile: somebody awaits it.
   */
  ask(key: string): Promise<void> {
    const { clock, timeoutMs } = this.#parts;
    if (this.targets.target(key, clock.monotonicMs()).due !== true) return Promise.resolve();
    return new Promise((resolve) => {
      const asking = this.#askers.get(key) ?? new Set();
      this.#askers.set(key, asking);
      const answered = (): void => {
        clock.clearTimer(timer);
        asking.delete(answered);
        resolve();
      };
      const timer = clock.setTimer(answered, timeoutMs + askSpareMs, true);
      asking.add(answered);
      this.lookUp(key, () => undefined);
    });
  }

  /** `request` for somebody who awaits the answer: holds the process until it is there, since sockets do not. */
  awaited(
    make: (secrets: SecretValues) => ProviderRequest,
    done: (result: TransportResult) => void,
  ): void {
    const { clock, timeoutMs } = this.#parts;
    const timer = clock.setTimer(() => undefined, timeoutMs + askSpareMs, true);
    this.request(make, (result) => {
      clock.clearTimer(timer);
      done(result);
    });
  }

  /** Sends one request of the provider's making, once. Never throws; whatever fails before the wire is a failure result. */
  request(
    make: (secrets: SecretValues) => ProviderRequest,
    done: (result: TransportResult) => void,
  ): void {
    const { secrets, clock } = this.#parts;
    const later = (result: TransportResult): void => clock.defer(() => done(result));
    try {
      const values = secrets.current(clock.monotonicMs());
      if (values instanceof Promise) {
        values.then(
          (ready) => this.#transmit(make, ready, done, later),
          (error: unknown) => later(failure('secret-unavailable', messageOf(error))),
        );
      } else this.#transmit(make, values, done, later);
    } catch (error) {
      later(failure('secret-unavailable', messageOf(error)));
    }
  }

  #transmit(
    make: (secrets: SecretValues) => ProviderRequest,
    secrets: SecretValues,
    done: (result: TransportResult) => void,
    later: (result: TransportResult) => void,
  ): void {
    const { transport, timeoutMs, around, allowPrivateNetwork, clock } = this.#parts;
    let request: TransportRequest;
    try {
      const { method, url, headers, body } = make(secrets);
      if (holdsControlCharacters(url, headers ?? {}))
        throw new Error('the request would hold control characters');
      const all = { 'user-agent': around.userAgent, ...headers };
      request = { method, url, headers: all, body, timeoutMs, allowPrivateNetwork };
    } catch (error) {
      later(failure('invalid', messageOf(error)));
      return;
    }
    let answered = false;
    const once = (result: TransportResult): void => {
      if (answered) return;
      answered = true;
      done(result);
    };
    try {
      transport.send(request, once);
    } catch {
      // A transport that was handed in and breaks its contract must not end the process.
      clock.defer(() => once(failure('network', 'the transport threw')));
    }
  }
}
