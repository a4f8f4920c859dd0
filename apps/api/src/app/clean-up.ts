import type { SessionRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

const periodMs = 3_600_000;

/** Forgets once an hour what has run out. @returns what ends it. */
export function cleanUp(sessions: Pick<SessionRepository, 'removeExpired'>, logger: Logger): () => void {
  const timer = setInterval(() => {
    sessions
      .removeExpired()
      .catch((error: unknown) => logger.warn({ err: error }, 'what has run out could not be removed'));
  }, periodMs);
  timer.unref();
  return () => clearInterval(timer);
}
