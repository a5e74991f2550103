import type {
  MonitorDeclaration,
  Provider,
  ProviderResolve,
  RequestContext,
  Resolution,
} from '../providers/provider.ts';

/** What a provider's service calls a monitor, as far as it is known. */
export type Target =
  | { readonly status: 'known'; readonly id: string }
  /** Not known yet; `message` says why the last look-up failed. */
  | { readonly status: 'unknown'; readonly message?: string | undefined }
  | { readonly status: 'misconfigured'; readonly reason: string; readonly message: string };

interface Cached {
  target: Target;
  expiresMs: number;
}

/** Normalises an entry of `monitors`. */
export const declarationOf = (provider: Provider, key: string): MonitorDeclaration => {
  const monitors = provider.monitors;
  const entry = monitors !== undefined && Object.hasOwn(monitors, key) ? monitors[key] : undefined;
  return typeof entry === 'string' ? { id: entry } : (entry ?? {});
};

/** Lays one declaration over another. An interval and a cron expression exclude each other: the upper one's displaces the lower one's. */
export const overlaid = (
  lower: MonitorDeclaration,
  upper: MonitorDeclaration,
): MonitorDeclaration => {
  const merged: { -readonly [Field in keyof MonitorDeclaration]: MonitorDeclaration[Field] } = {
    ...lower,
    ...upper,
  };
  if (upper.intervalMs !== undefined) {
    delete merged.schedule;
    delete merged.timezone;
  } else if (upper.schedule !== undefined) delete merged.intervalMs;
  return merged;
};

const mostChecked = 10_000;

/**
 * Key -> the service's id: declared, else looked up and kept for the provider's time, else the key itself. When a look-up
 * fails as an outage, an id that was known once goes on being used.
 */
export class TargetStore {
  readonly #provider: Provider;
  readonly #cache = new Map<string, Cached>();
  readonly #underWay = new Map<string, (() => void)[]>();
  readonly #checked = new Map<string, Target | undefined>();
  readonly #held = new Set<string>();
  readonly #onRefused: (key: string, message: string) => void;

  /** `onRefused` hears once of each key that the provider could never take. */
  constructor(provider: Provider, onRefused: (key: string, message: string) => void) {
    this.#provider = provider;
    this.#onRefused = onRefused;
  }

  /** The id as known now. `stale` ids are returned while a new look-up is due. */
  target(key: string, nowMs: number): Target & { readonly due?: boolean } {
    const declared = declarationOf(this.#provider, key);
    const refused = this.#refused(key, declared);
    if (refused !== undefined) return refused;
    if (this.#provider.resolve === undefined || !this.#provider.resolve.needed(key)) {
      return { status: 'known', id: declared.id ?? key };
    }
    const cached = this.#cache.get(key);
    if (cached === undefined) return { status: 'unknown', due: true };
    return nowMs < cached.expiresMs ? cached.target : { ...cached.target, due: true };
  }

  /** Notes the result of a look-up. An outage keeps what was known and asks again after `retryMs`. */
  learn(key: string, resolution: Resolution, nowMs: number, retryMs: number): Target {
    const { ttlMs } = this.#provider.resolve as ProviderResolve;
    const known = this.#cache.get(key)?.target;
    if (resolution.status === 'resolved')
      return this.#set(key, { status: 'known', id: resolution.target }, nowMs + ttlMs);
    if (resolution.status === 'misconfigured') {
      const { status, reason, message } = resolution;
      return this.#set(key, { status, reason, message }, nowMs + ttlMs);
    }
    const unknown: Target = { status: 'unknown', message: resolution.message };
    const kept = known === undefined || known.status === 'unknown' ? unknown : known;
    return this.#set(key, kept, nowMs + retryMs);
  }

  /** Forgets one key, or all. */
  clear(key?: string): void {
    for (const kept of [this.#cache, this.#checked]) {
      if (key === undefined) kept.clear();
      else kept.delete(key);
    }
  }

  /** Pings of this monitor wait until `release`: the service is about to be told of it. */
  hold(key: string): void {
    this.#held.add(key);
  }

  /** True between `hold` and `release`. */
  isHeld(key: string): boolean {
    return this.#held.size > 0 && this.#held.has(key);
  }

  /** Lets pings of this monitor go. */
  release(key: string): void {
    if (this.#held.delete(key)) this.over(key);
  }

  /** Joins a look-up under way (true), or says that the caller must make it (false). `then` runs when it is over. */
  join(key: string, then: () => void): boolean {
    const waiting = this.#underWay.get(key);
    if (waiting === undefined) {
      this.#underWay.set(key, [then]);
      return false;
    }
    waiting.push(then);
    return true;
  }

  /** The look-up is over: runs what waited. */
  over(key: string): void {
    const waiting = this.#underWay.get(key) ?? [];
    this.#underWay.delete(key);
    for (const then of waiting) then();
  }

  #refused(key: string, declared: MonitorDeclaration): Target | undefined {
    if (this.#provider.checkMonitor === undefined) return undefined;
    if (this.#checked.has(key)) return this.#checked.get(key);
    const problem = this.#provider.checkMonitor(key, declared);
    const refused: Target | undefined =
      problem === undefined
        ? undefined
        : { status: 'misconfigured', reason: 'invalid-monitor', message: `it takes ${problem}` };
    if (this.#checked.size >= mostChecked) this.#checked.clear();
    this.#checked.set(key, refused);
    if (problem !== undefined) this.#onRefused(key, `it takes ${problem}`);
    return refused;
  }

  #set(key: string, target: Target, expiresMs: number): Target {
    if (this.#cache.size >= mostChecked && !this.#cache.has(key)) this.#cache.clear();
    this.#cache.set(key, { target, expiresMs });
    return target;
  }
}

/** What every request of a provider shares. */
export interface Surroundings {
  readonly environment: string | undefined;
  readonly host: string | undefined;
  readonly instance: string;
  readonly userAgent: string;
}

/** Puts a provider's context of one monitor together. */
export const contextOf = (
  around: Surroundings,
  monitor: MonitorDeclaration,
  target: string,
  secrets: Readonly<Record<string, string>>,
  sentMs: number,
): RequestContext => ({
  environment: around.environment,
  host: around.host,
  instance: around.instance,
  userAgent: around.userAgent,
  target,
  monitor,
  secrets,
  sentMs,
});
