import type { Delivery, Route } from '../delivery/delivery.ts';
import type { Entry } from '../delivery/entry.ts';
import { fitPing } from '../ping/fit.ts';
import type { Clock } from '../clock.ts';
import type { NetworkOptions } from '../network/network-options.ts';
import type { ExitRequest, ExitResult, Leaver, Platform } from '../platform/platform.ts';
import type { ProviderRequest } from '../providers/provider.ts';
import type { RunTracker } from '../run/tracker.ts';

/** Request analytics of one provider, as its way out sees them. */
export interface PendingEvents {
  readonly route: Route;
  readonly counts: { readonly pending: number };
  hurry(): void;
  whenIdle(callback: () => void): () => void;
  /** The requests for what is left, which is forgotten. Throws what the provider throws. */
  lastRequests(secrets: Readonly<Record<string, string>>): readonly ProviderRequest[];
  /** Leaves everything to the disk, where there is a spool. */
  leaveToDisk(): void;
}

/** What a client's way out needs. */
export interface LeaverParts {
  readonly delivery: Delivery;
  readonly tracker: RunTracker;
  readonly tracking: readonly PendingEvents[];
  readonly clock: Clock;
  readonly platform: Platform;
  readonly exitBudgetMs: number;
  readonly network: NetworkOptions;
  /** How runs that are open at `process.exit(0)` count. */
  readonly exitZero: 'fail' | 'success';
  readonly spooling: { flushNow(): void; close(): void };
  readonly flush: (timeoutMs: number) => Promise<unknown>;
}

interface Departure {
  readonly route: Route;
  readonly entries: readonly Entry[];
  readonly requests: readonly ExitRequest[];
}

const mostPerBatch = 500;

/** Gets what a client still owes out of the door when the process ends. */
export class ClientLeaver implements Leaver {
  readonly #parts: LeaverParts;
  #crash: { readonly error: unknown } | undefined;
  #gaveUp = false;

  constructor(parts: LeaverParts) {
    this.#parts = parts;
  }

  get busy(): boolean {
    const { delivery, tracker, tracking } = this.#parts;
    return (
      delivery.pending > 0 ||
      tracker.coalescer.pending > 0 ||
      tracking.some(({ counts }) => counts.pending > 0)
    );
  }

  hurry(done: () => void): void {
    this.#parts.tracker.coalescer.flush();
    const { delivery, tracking } = this.#parts;
    const owed = [...delivery.routes.map(({ lane }) => lane), ...tracking];
    let left = owed.length;
    for (const one of owed) {
      one.hurry();
      one.whenIdle(() => {
        left -= 1;
        if (left === 0) done();
      });
    }
  }

  giveUp(): void {
    this.#gaveUp = true;
    for (const { lane } of this.#parts.delivery.routes) lane.giveUpAwaited();
  }

  crashed(error: unknown): void {
    this.#crash = { error };
    // When the process survives (the host handles the exception), the error has nothing to do with a later exit.
    this.#parts.clock.defer(() => (this.#crash = undefined));
  }

  flush(timeoutMs: number): Promise<unknown> {
    return this.#parts.flush(timeoutMs);
  }

  exit(code: number): void {
    try {
      this.#endRuns(code);
      this.#parts.tracker.coalescer.flush();
      const { spooling, tracking } = this.#parts;
      // First onto the disk, then out: what the child does not deliver is safe, what it does is acknowledged.
      spooling.flushNow();
      for (const one of tracking) one.leaveToDisk();
      this.#depart();
      this.#departEvents();
      spooling.close();
    } catch {
      // The process is leaving; nothing of ours may change how.
    }
  }

  #endRuns(code: number): void {
    const { tracker, exitZero } = this.#parts;
    if (this.#crash !== undefined)
      tracker.imposeOnAll('uncaught-exception', this.#crash.error, code);
    else if (code === 0 && exitZero === 'success') for (const run of tracker.open) run.success();
    else tracker.imposeOnAll('process-exit', undefined, code);
  }

  /** A child cannot take a proxy's agent or a fetch along, and must not go around them. */
  #send(
    groups: readonly (readonly ExitRequest[])[],
  ): readonly (readonly ExitResult[])[] | undefined {
    const { platform, exitBudgetMs, network } = this.#parts;
    if (network.agent !== undefined || network.fetch !== undefined) return undefined;
    return platform.sendAtExit?.(groups, exitBudgetMs, network.tls);
  }

  #depart(): void {
    const { delivery } = this.#parts;
    if (delivery.pending === 0) return;
    const departures = this.#gaveUp
      ? []
      : this.#resolved().flatMap((route) => this.#departures(route));
    const results =
      departures.length === 0 ? undefined : this.#send(departures.map(({ requests }) => requests));
    if (results !== undefined)
      departures.forEach((departure, index) => this.#settle(departure, results[index] ?? []));
    delivery.abandon('exit-budget');
  }

  #departEvents(): void {
    if (this.#gaveUp) return;
    const requests = this.#parts.tracking.flatMap((one) => {
      const secrets = one.counts.pending === 0 ? undefined : this.#secretsOf(one.route);
      if (secrets === undefined) return [];
      return one.lastRequests(secrets).map((request) => this.#exitRequest(one.route, request));
    });
    if (requests.length > 0) this.#send(requests.map((request) => [request]));
  }

  /** Looks up, synchronously, what services call the monitors that are still unknown. */
  #resolved(): readonly Route[] {
    const { delivery, clock } = this.#parts;
    for (const route of delivery.routes) {
      const { resolve } = route.provider;
      const secrets = route.secrets.last;
      const nowMs = clock.monotonicMs();
      if (resolve === undefined || secrets === undefined) continue;
      const keys = [
        ...new Set(route.lane.queue.leftovers().map(([entry]) => (entry as Entry).ping.key)),
      ].filter((key) => route.courier.targets.target(key, nowMs).status === 'unknown');
      if (keys.length === 0) continue;
      const groups = keys.map((key) => [
        this.#exitRequest(route, resolve.toRequest(key, route.courier.context(key, secrets))),
      ]);
      this.#send(groups)?.forEach(([answer], index) => {
        if (answer === undefined || answer.status === 0) return;
        const key = keys[index] as string;
        route.courier.targets.learn(key, resolve.interpret(answer, key), nowMs, 0);
      });
    }
    return delivery.routes;
  }

  #departures(route: Route): Departure[] {
    const { provider, lane, courier } = route;
    const values = this.#secretsOf(route);
    if (values === undefined) return [];
    const nowMs = this.#parts.clock.monotonicMs();
    const chains = lane.queue
      .leftovers()
      .map((entries) => entries.filter((entry) => lane.mayStillLeave(entry, nowMs)))
      .filter(
        ([first]) =>
          first !== undefined && courier.targets.target(first.ping.key, nowMs).status === 'known',
      );
    const groups =
      provider.batch === undefined
        ? chains
        : this.#batches(chains, Math.min(provider.batch.maxPings, mostPerBatch));
    return groups.map((entries) => {
      const pings = entries.map(({ ping }) =>
        fitPing(ping, provider.capabilities, this.#parts.clock.wallMs()),
      );
      const loads = provider.batch === undefined ? pings.map((ping) => [ping]) : [pings];
      return {
        route,
        entries,
        requests: loads.map((load) => this.#exitRequest(route, courier.requestFor(load, values))),
      };
    });
  }

  #secretsOf({ secrets }: Route): Readonly<Record<string, string>> | undefined {
    if (secrets.last !== undefined) return secrets.last;
    try {
      const values = secrets.current(this.#parts.clock.monotonicMs());
      return values instanceof Promise ? undefined : values;
    } catch {
      return undefined;
    }
  }

  #batches(chains: readonly Entry[][], most: number): Entry[][] {
    const flat = chains.flat();
    const batches: Entry[][] = [];
    for (let from = 0; from < flat.length; from += most)
      batches.push(flat.slice(from, from + most));
    return batches;
  }

  #exitRequest(
    route: Route,
    request: {
      method: string;
      url: string;
      headers?: Readonly<Record<string, string>>;
      body?: string;
    },
  ): ExitRequest {
    return {
      method: request.method,
      url: request.url,
      headers: { 'user-agent': route.courier.userAgent, ...request.headers },
      body: request.body,
      allowPrivateNetwork: route.courier.allowPrivateNetwork,
    };
  }

  #settle({ route, entries }: Departure, results: readonly ExitResult[]): void {
    const { provider, lane, courier } = route;
    const read = (result: ExitResult | undefined, part: readonly Entry[]): void => {
      if (result === undefined) return;
      for (const entry of part) entry.attempts += 1;
      const attempt = courier.readAtExit(
        result,
        part.map(({ ping }) => ping),
      );
      part.forEach((entry, index) => {
        const settlement = attempt[index];
        if (settlement !== undefined) lane.queue.remove(entry, settlement);
      });
    };
    if (provider.batch !== undefined) read(results[0], entries);
    else entries.forEach((entry, index) => read(results[index], [entry]));
  }
}
