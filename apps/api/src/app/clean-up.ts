import type { Logger } from '@cooperage/telemetry';

const periodMs = 3_600_000;

/** Something of which a part runs out with time. */
export interface Expiring {
  removeExpired(): Promise<unknown>;
}

/** Forgets once an hour what has run out. @returns what ends it. */
export function cleanUp(stores: readonly Expiring[], logger: Logger): () => void {
  const timer = setInterval(() => {
    for (const store of stores)
      store
        .removeExpired()
        .catch((error: unknown) => logger.warn({ err: error }, 'what has run out could not be removed'));
  }, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}
