/** What a key may do: `ping` sends pings, alerts and events; `read` also reads; `admin` also changes. */
export type Scope = 'ping' | 'read' | 'admin';

/** An API key as it is listed; the key itself is shown once, when it is made. */
export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scope: Scope;
  readonly createdMs: number;
  readonly lastUsedMs: number | null;
}

/** The part of the store that is about API keys and settings. Only hashes of keys are kept. */
export interface KeyStore {
  /** Stores a key's hash. */
  addApiKey(key: ApiKey, hash: string): Promise<void>;
  /** @returns the key and its hash, or `null`. */
  findApiKey(id: string): Promise<{ readonly key: ApiKey; readonly hash: string } | null>;
  /** Every key, oldest first. */
  listApiKeys(): Promise<readonly ApiKey[]>;
  /** @returns false when there is no such key. */
  deleteApiKey(id: string): Promise<boolean>;
  /** A setting of the whole server, or `null`. */
  getSetting(name: string): Promise<string | null>;
  /** Sets a setting only if it has no value yet. @returns the value it has afterwards. */
  initSetting(name: string, value: string): Promise<string>;
  /** Sets a setting, whatever it was. */
  putSetting(name: string, value: string): Promise<void>;
}
