import { type ErrorCode, LubdubError } from '../errors.ts';
import type { EventHub } from '../events.ts';
import type { Logger } from '../logger.ts';
import type { Redactor } from '../ping/redact.ts';

/** Keys made up per run must not fill the memory and the log. */
const mostKnown = 1_000;

interface Known {
  readonly provider: string;
  readonly key: string | undefined;
  readonly message: string;
  readonly code: ErrorCode;
  /** Stands whatever the service accepts. */
  readonly lasting: boolean;
}

/** Remembers what turned out to be configured wrong, and tells it once: a warning and an event. */
export class Misconfigurations {
  readonly #events: EventHub;
  readonly #logger: Logger;
  readonly #redactor: Redactor;
  readonly #known = new Map<string, Known>();
  readonly #told = new Set<string>();
  /** Keys that something is known of: each accepted ping asks. */
  #keys: ReadonlySet<string | undefined> = new Set();

  constructor(events: EventHub, logger: Logger, redactor: Redactor) {
    this.#events = events;
    this.#logger = logger;
    this.#redactor = redactor;
  }

  /** Notes one, told before or not; `lasting`: a ping that is accepted says nothing about it. */
  note(
    provider: string,
    key: string | undefined,
    message: string,
    code?: ErrorCode,
    lasting = false,
  ): void {
    const id = JSON.stringify([provider, key, code ?? message]);
    if (this.#known.has(id) || this.#known.size >= mostKnown) return;
    const shownKey = key === undefined ? undefined : this.#redactor.text(key);
    const shown = this.#redactor.text(message);
    this.#known.set(id, {
      provider,
      lasting,
      key,
      code: code ?? 'ERR_LUBDUB_MISCONFIGURED',
      message: `${provider}${shownKey === undefined ? '' : `, monitor "${shownKey}"`}: ${shown}`,
    });
    this.#indexKeys();
    if (this.#told.has(id) || this.#told.size >= mostKnown) return;
    this.#told.add(id);
    this.#logger.warn(
      `Misconfigured: ${provider}${shownKey === undefined ? '' : `, monitor "${shownKey}"`}: ${shown}`,
    );
    this.#events.emit('misconfigured', { provider, key: shownKey, message: shown });
  }

  /** Notes one of which a ping that is accepted says nothing. */
  noteLasting(provider: string, key: string | undefined, message: string): void {
    this.note(provider, key, message, undefined, true);
  }

  /**
   * Forgets what a service said of a monitor, and of itself, once it has accepted it; without `provider`, what any said; without
   * `key`, of any monitor. It is not told again.
   */
  forget(provider?: string, key?: string): void {
    if (key !== undefined && !this.#keys.has(key) && !this.#keys.has(undefined)) return;
    for (const [id, one] of this.#known) {
      const isMeant =
        (provider === undefined || one.provider === provider) &&
        (key === undefined || one.key === undefined || one.key === key);
      if (isMeant && !one.lasting) this.#known.delete(id);
    }
    this.#indexKeys();
  }

  /** The error for a key (or for anything), or undefined. */
  errorFor(key?: string): LubdubError | undefined {
    const found = [...this.#known.values()].filter(
      (one) => key === undefined || one.key === undefined || one.key === key,
    );
    if (found.length === 0) return undefined;
    const [{ code } = { code: 'ERR_LUBDUB_MISCONFIGURED' as const }] = found;
    return new LubdubError(
      found.every((one) => one.code === code) ? code : 'ERR_LUBDUB_MISCONFIGURED',
      found.map(({ message }) => message).join('; '),
      code === 'ERR_LUBDUB_ADDRESS_REFUSED' ? { option: 'allowPrivateNetwork' } : {},
    );
  }

  #indexKeys(): void {
    this.#keys = new Set([...this.#known.values()].map(({ key }) => key));
  }
}
