import { STATE } from '../checkout.ts';
import { Lock } from '../files/lock.ts';
import { LauncherError, say } from '../output.ts';
import { choose, lookAround } from '../parts/choice.ts';
import { Instance } from '../parts/instance.ts';
import { endLauncher, endLeftProcesses } from '../system/left-behind.ts';
import { System } from '../system/system.ts';
import { findTools } from '../toolchain/find-tools.ts';
import { UP_LOCK } from './up.ts';

/** `./cooperage down`: stops what this checkout runs, also what a killed launcher left. Data stays. */
export async function down(): Promise<number> {
  const instance = new Instance(STATE);
  await endLauncher(instance);
  const lock = Lock.tryTake(UP_LOCK);
  if (!lock) throw new LauncherError('another ./cooperage up or down of this checkout is under way');
  await endLeftProcesses(instance);
  const system = new System(instance, await findTools(), choose(await lookAround()));
  await system.stopParts();
  lock.release();
  say(`· stopped; the data is kept in ${STATE}`);
  return 0;
}
