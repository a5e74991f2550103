import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Is this the HMAC-SHA256 of the body, in hexadecimal, under one of the secrets? Every secret is tried, and each comparison
 * takes the same time.
 */
export const isSigned = (body: Buffer, signature: unknown, secrets: readonly string[]): boolean => {
  if (typeof signature !== 'string' || !/^[0-9a-f]{64}$/i.test(signature)) return false;
  const given = Buffer.from(signature, 'hex');
  let found = false;
  for (const secret of secrets) {
    found = timingSafeEqual(createHmac('sha256', secret).update(body).digest(), given) || found;
  }
  return found;
};
