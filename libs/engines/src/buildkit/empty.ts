import { setTimeout as delay } from 'node:timers/promises';
import { diskUsage, type EngineConnection, prune } from '@cooperage/buildkit';
import { BuildFailure } from '@cooperage/domain';

const lookMs = 100;

/** An engine cannot be emptied: it still does something for a build that has gone. */
export class EngineInUse extends BuildFailure {
  constructor() {
    super('EngineUnavailable', 'Another build is still in the builder, which so cannot be emptied.');
  }
}

/**
 * Removes all that an engine keeps. Pruning leaves what a build under way holds, and a build whose client is gone may hold it a
 * moment longer: it is waited for, so that nothing of it is there when the next one comes.
 * @throws {EngineInUse} where something stays @throws {ConnectionLost} @throws {RpcError}
 */
export async function emptyEngine(connection: EngineConnection, waitMs: number): Promise<void> {
  for (const until = Date.now() + waitMs; ; await delay(lookMs)) {
    await prune(connection, { all: true });
    if ((await diskUsage(connection)).length === 0) return;
    if (Date.now() >= until) throw new EngineInUse();
  }
}
