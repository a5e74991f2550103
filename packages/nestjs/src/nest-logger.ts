import type { Logger as HeartbeatLogger } from '@lubdub/core';
import { Logger } from '@nestjs/common';

/**
 * The client's warnings and errors through Nest's logger; what `HeartbeatModule` uses unless a `logger` is given.
 *
 * @param context the name in brackets. Default `Heartbeat`.
 */
export const nestLogger = (context: string = 'Heartbeat'): HeartbeatLogger => {
  const logger = new Logger(context);
  return {
    warn: (message) => logger.warn(message),
    error: (message) => logger.error(message),
    info: (message) => logger.log(message),
    debug: (message) => logger.debug(message),
  };
};
