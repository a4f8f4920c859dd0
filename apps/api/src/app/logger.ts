import type { Logger } from '@cooperage/telemetry';
import type { LoggerService } from '@nestjs/common';

export const LOGGER = Symbol('Logger');

/** Nest's own messages, as lines of ours. What it says while it starts is for developers. */
export function nestLogger(logger: Logger): LoggerService {
  const nest = logger.child({ part: 'nest' });
  return {
    log: (message: unknown) => nest.debug(String(message)),
    debug: (message: unknown) => nest.debug(String(message)),
    verbose: (message: unknown) => nest.trace(String(message)),
    warn: (message: unknown) => nest.warn(String(message)),
    error: (message: unknown, stack?: unknown) => nest.error({ stack }, String(message)),
    fatal: (message: unknown) => nest.fatal(String(message)),
  };
}
