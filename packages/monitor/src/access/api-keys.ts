import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

import type { ApiKey, KeyStore, Scope } from '../store/key-store.ts';

/** SHA-256 in hexadecimal. Enough for keys, which are random; it would not do for passwords. */
export const hashKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Compares two texts in a time that does not tell where they differ. */
export const equalTexts = (one: string, other: string): boolean =>
  timingSafeEqual(
    createHash('sha256').update(one).digest(),
    createHash('sha256').update(other).digest(),
  );

/** Makes a key and stores its hash. @returns the key, which is never shown again, and what is listed of it. */
export const createApiKey = async (
  store: KeyStore,
  name: string,
  scope: Scope,
  nowMs: number,
): Promise<{ readonly secret: string; readonly key: ApiKey }> => {
  const id = randomBytes(6).toString('hex');
  const secret = `ld_${scope}_${id}_${randomBytes(24).toString('base64url')}`;
  const key: ApiKey = { id, name, scope, createdMs: nowMs, lastUsedMs: null };
  await store.addApiKey(key, hashKey(secret));
  return { secret, key };
};

const form = /^ld_(?:ping|read|admin)_([0-9a-f]{12})_[\w-]{32}$/;

/** The id inside a key, or `null` when it is no key of ours. */
export const keyId = (secret: string): string | null => form.exec(secret)?.[1] ?? null;
