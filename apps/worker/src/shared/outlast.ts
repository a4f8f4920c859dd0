import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

const firstPauseMs = 200;
const longestPauseMs = 2_000;

/**
 * Does `work`, again for as long as the database cannot be reached: what a builder has made is not thrown away because
 * the database was away for a while. `work` must be safe to repeat after an unknown outcome.
 * @throws what `work` throws for any other reason, or the signal's reason
 */
export async function outlast<T>(work: () => Promise<T>, logger: Logger, signal?: AbortSignal): Promise<T> {
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseUnavailable(error)) throw error;
      signal?.throwIfAborted();
      logger.warn({ err: error }, 'waiting for the database');
      await sleep(pauseMs);
    }
  }
}
