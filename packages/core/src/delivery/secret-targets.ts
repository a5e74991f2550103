import type { Redactor } from '../ping/redact.ts';
import type { Provider } from '../providers/provider.ts';
import { declarationOf } from './targets.ts';

const mostSeen = 1_000;

/** Of a provider that has secret ids at all. */
const isSecret = ({ targetIsSecret }: Provider, id: string): boolean =>
  typeof targetIsSecret !== 'function' || targetIsSecret(id);

/** Masks monitor ids that are themselves secrets: declared ones at once, keys that are their own id when they are first used. */
export class SecretTargets {
  readonly #providers: readonly Provider[];
  readonly #redactor: Redactor;
  readonly #seen = new Set<string>();

  constructor(providers: readonly Provider[], redactor: Redactor) {
    this.#providers = providers.filter(({ targetIsSecret = false }) => targetIsSecret !== false);
    this.#redactor = redactor;
    for (const { alert } of providers)
      for (const id of Object.values(alert?.secretTargets ?? {})) redactor.add(id);
    for (const provider of this.#providers) {
      for (const key of Object.keys(provider.monitors ?? {})) {
        const { id } = declarationOf(provider, key);
        if (id !== undefined && isSecret(provider, id)) redactor.add(id);
      }
    }
  }

  /** A key is about to be used. Costs nothing where no provider has secret ids. */
  see(key: string): void {
    if (this.#providers.length === 0 || this.#seen.has(key) || this.#seen.size >= mostSeen) return;
    this.#seen.add(key);
    for (const provider of this.#providers) {
      const isOwnId =
        declarationOf(provider, key).id === undefined && provider.resolve?.needed(key) !== true;
      if (isOwnId && isSecret(provider, key)) this.#redactor.add(key);
    }
  }
}
