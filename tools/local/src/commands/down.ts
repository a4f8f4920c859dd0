import { STATE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { LauncherError, say } from '../output.ts';
import { choose, lookAround } from '../parts/choice.ts';
import { Instance } from '../parts/instance.ts';
import { endProcess } from '../processes/daemon.ts';
import { System } from '../system/system.ts';
import { runningState } from '../system/system-state.ts';
import { findTools } from '../toolchain/find-tools.ts';
import { UP_LOCK } from './up.ts';

const LAUNCHER_ENDS_WITHIN_MS = 120_000;

/** `./cooperage down`: stops what this checkout runs, also what a killed launcher left. Data stays. */
export async function down(): Promise<number> {
  const running = runningState();
  if (running) await endProcess(running.launcher, 'SIGTERM', LAUNCHER_ENDS_WITHIN_MS);
  const lock = await Lock.tryTake(UP_LOCK);
  if (!lock) throw new LauncherError('another ./cooperage up or down of this checkout is under way');
  const system = new System(new Instance(STATE), await findTools(), choose(await lookAround()));
  await system.endLeftProcesses();
  await system.stopParts();
  lock.release();
  say('· stopped; the data is kept in .cooperage');
  return 0;
}
