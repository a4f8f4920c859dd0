import { hostname } from 'node:os';
import { type Database, ProcessRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

const heartbeatMs = 5_000;
const retryMs = 1_000;

/**
 * The row that shows this process on the workers page. Nothing depends on it, so a database that is away only delays it.
 * @returns what ends the row.
 */
export function startLife(role: 'api' | 'live', database: Database, logger: Logger): { close(): Promise<void> } {
  const processes = new ProcessRepository(database);
  let id: string | undefined;
  let timer: NodeJS.Timeout | undefined;
  const beat = async (): Promise<void> => {
    const known = id !== undefined && (await processes.heartbeat(id, {}));
    if (!known) id = await processes.start(role, `${role}@${hostname()}`, {});
  };
  const next = (): void => {
    void beat()
      .then(() => heartbeatMs)
      .catch((error: unknown) => {
        logger.warn({ err: error }, 'no heartbeat: the database does not answer');
        return retryMs;
      })
      .then((waitMs) => {
        timer = setTimeout(next, waitMs).unref();
      });
  };
  next();
  return {
    close: async () => {
      clearTimeout(timer);
      if (id !== undefined) await processes.end(id, 'exited');
    },
  };
}
