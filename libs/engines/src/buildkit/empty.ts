import { setTimeout as delay } from 'node:timers/promises';
import { diskUsage, type EngineConnection, prune, startHeartbeat } from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';

const lookMs = 100;
/** An engine that deletes millions of files is slow, and still says which version it is. */
const silentMs = 60_000;

/** An engine cannot be emptied: it still does something for a build that has gone, or hangs. */
export class EngineInUse extends BuildFailure {
  constructor(message = 'Another build is still in the builder, which so cannot be emptied.') {
    super('EngineUnavailable', message);
  }
}

/**
 * Removes all that an engine keeps. Pruning leaves what a build under way holds, and a build whose client is gone may hold it a
 * moment longer: it is waited for, so that nothing of it is there when the next one comes.
 * @throws {EngineInUse} where something stays, and where it gives no sign of life for `mostSilentMs`
 * @throws {ConnectionLost} @throws {RpcError}
 */
export async function emptyEngine(
  connection: EngineConnection,
  waitMs: number,
  mostSilentMs = silentMs,
): Promise<void> {
  let isSilent = false;
  const stopHeartbeat = startHeartbeat(connection, mostSilentMs, () => {
    isSilent = true;
    void connection.drop();
  });
  try {
    await removeAll(connection, waitMs);
  } catch (error) {
    throw isSilent ? new EngineInUse('The builder does not answer while it is emptied.') : error;
  } finally {
    stopHeartbeat();
  }
}

async function removeAll(connection: EngineConnection, waitMs: number): Promise<void> {
  await prune(connection, { all: true });
  // Millions of files take minutes to delete. Only what is left then is in use.
  for (
    const until = Date.now() + waitMs;
    (await diskUsage(connection)).length > 0;
    await prune(connection, { all: true })
  ) {
    if (Date.now() >= until) throw new EngineInUse();
    await delay(lookMs);
  }
}
