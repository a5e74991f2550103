import { Redis } from 'ioredis';

export const redisUrl: string = process.env['REDIS_URL'] ?? 'redis://127.0.0.1:6379';

/** A connection as BullMQ wants it. */
export const connect = (): Redis => new Redis(redisUrl, { maxRetriesPerRequest: null });

/** Is there a Redis? */
export const redisAnswers = async (): Promise<boolean> => {
  const redis = new Redis(redisUrl, {
    lazyConnect: true,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  });
  redis.on('error', () => undefined);
  try {
    await redis.connect();
    return true;
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
};
