import { hostname } from 'node:os';
import { type Database, ProcessRepository, refuseSuperuser, UnsafeDatabaseRole } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';

const heartbeatMs = 5_000;
const retryMs = 1_000;

/**
 * Ends the process with one line when it may not go on (S-123). A database that is away is no reason: `startLife` looks
 * again when it has come.
 */
export async function refuseUnsafeStart(database: Database, logger: Logger): Promise<void> {
  await refuseSuperuser(database).catch((error: unknown) => endIfUnsafe(error, logger));
}

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
    if (known) return;
    await refuseSuperuser(database);
    id = await processes.start(role, `${role}@${hostname()}`, {});
  };
  const next = (): void => {
    void beat()
      .then(() => heartbeatMs)
      .catch((error: unknown) => {
        endIfUnsafe(error, logger);
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

function endIfUnsafe(error: unknown, logger: Logger): void {
  if (!(error instanceof UnsafeDatabaseRole)) return;
  logger.fatal(error.message);
  process.exit(1);
}
