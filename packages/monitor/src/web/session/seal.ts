import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto';

import { equalTexts } from '../../access/api-keys.ts';

const ivBytes = 12;
const tagBytes = 16;

/** Keeps values in places that others can reach: nobody else can read, make or change one. */
export interface Seal {
  /** Encrypts a text; what comes out fits into a cookie. */
  close(text: string): string;
  /** @returns the text, or `null` when this seal did not close it. */
  open(sealed: string): string | null;
  /** A token that only this seal can make for this purpose; another one at each call. */
  mint(purpose: string): string;
  /** A text that only this seal can make for this purpose; the same at each call. */
  stamp(purpose: string): string;
  /** True for a token of {@link Seal.mint} for the same purpose. */
  verify(token: string, purpose: string): boolean;
}

/** Makes a seal from a secret. The same secret makes the same seal, also in another process. */
export const createSeal = (secret: string): Seal => {
  const key = createHash('sha256').update(`lubdub session ${secret}`).digest();
  const sign = (text: string): string =>
    createHmac('sha256', key).update(text).digest('base64url').slice(0, 32);
  return {
    close: (text) => {
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url');
    },
    open: (sealed) => {
      const bytes = Buffer.from(sealed, 'base64url');
      if (bytes.length < ivBytes + tagBytes) return null;
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes));
      decipher.setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
      try {
        const head = decipher.update(bytes.subarray(ivBytes + tagBytes));
        return Buffer.concat([head, decipher.final()]).toString('utf8');
      } catch {
        // changed on the way, or closed with another secret
        return null;
      }
    },
    mint: (purpose) => {
      const salt = randomBytes(12).toString('base64url');
      return `${salt}.${sign(`${salt} ${purpose}`)}`;
    },
    stamp: (purpose) => sign(`stamp ${purpose}`),
    verify: (token, purpose) => {
      const [salt, signature] = token.split('.', 2);
      if (salt === undefined || signature === undefined) return false;
      return equalTexts(signature, sign(`${salt} ${purpose}`));
    },
  };
};
