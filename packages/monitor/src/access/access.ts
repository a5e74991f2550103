import type { Clock } from '../clock.ts';
import type { KeyStore, Scope } from '../store/key-store.ts';
import { equalTexts, hashKey, keyId } from './api-keys.ts';

/** What a key may do where it is used; `anonymous` when there was no key. */
export type Verdict = 'allowed' | 'forbidden' | 'anonymous' | 'unknown';

/** Decides who may do what. */
export interface Access {
  /** True while nobody needs a key: on a loopback address, without an admin key. */
  readonly open: boolean;
  /** May the bearer of this key do what `scope` names? A `read` key may also ping, an `admin` key everything. */
  check(key: string | undefined, scope: Scope): Promise<Verdict>;
}

/** What access is decided by. */
export interface AccessOptions {
  readonly store: KeyStore;
  readonly clock: Clock;
  readonly open: boolean;
  /** A key from the configuration that may do everything. */
  readonly adminKey: string | undefined;
}

const rank: Readonly<Record<Scope, number>> = { ping: 0, read: 1, admin: 2 };
/** A deleted key works for so long in processes that have seen it. */
const rememberedMs = 10_000;
const rememberedKeys = 10_000;

/** Makes the judge; it remembers good keys for ten seconds, so that a ping costs no query. */
export const createAccess = ({ store, clock, open, adminKey }: AccessOptions): Access => {
  const remembered = new Map<string, { readonly scope: Scope; readonly untilMs: number }>();

  const find = async (key: string): Promise<Scope | null> => {
    if (adminKey !== undefined && equalTexts(key, adminKey)) return 'admin';
    const hash = hashKey(key);
    const nowMs = clock.wallMs();
    const known = remembered.get(hash);
    if (known !== undefined && known.untilMs > nowMs) return known.scope;
    const id = keyId(key);
    const stored = id === null ? null : await store.findApiKey(id);
    if (stored === null || !equalTexts(stored.hash, hash)) return null;
    if (remembered.size >= rememberedKeys) remembered.clear();
    remembered.set(hash, { scope: stored.key.scope, untilMs: nowMs + rememberedMs });
    return stored.key.scope;
  };

  return {
    open,
    check: async (key, scope) => {
      if (open) return 'allowed';
      if (key === undefined || key === '') return 'anonymous';
      const found = await find(key);
      if (found === null) return 'unknown';
      return rank[found] >= rank[scope] ? 'allowed' : 'forbidden';
    },
  };
};

/** The key in an `Authorization: Bearer` header. */
export const bearerKey = (header: string | undefined): string | undefined =>
  header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
