import { Redis } from 'ioredis';

/** Where the tests' Redis is: `REDIS_URL`, else the default local port. */
export const redisUrl: string = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

const probe = async (): Promise<boolean> => {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    await redis.ping();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
};

/** Does it answer? Tests that need it are skipped where it does not. */
export const redisAnswers: boolean = await probe();

/** Removes every key that begins with a prefix. */
export const removeKeys = async (prefix: string): Promise<void> => {
  const redis = new Redis(redisUrl);
  let cursor = '0';
  do {
    const [next, keys] = await redis.scan(cursor, 'MATCH', `${prefix}*`, 'COUNT', 1_000);
    cursor = next;
    if (keys.length > 0) await redis.del(...keys);
  } while (cursor !== '0');
  redis.disconnect();
};
