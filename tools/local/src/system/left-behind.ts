import { say } from '../output.ts';
import { engineKeys } from '../parts/engine/engine-places.ts';
import type { Instance } from '../parts/instance.ts';
import { redisKeys } from '../parts/redis/redis.ts';
import { endNoted } from '../processes/daemon.ts';
import { identify, readPidFile, writePidFile } from '../processes/process-identity.ts';
import { GIT_HOST, ORDER } from './process-keys.ts';
import { STOP_WITHIN_MS } from './processes.ts';

const LAUNCHER = 'launcher';
/** A launcher stops all that it started, each with a time limit of its own. */
const LAUNCHER_ENDS_WITHIN_MS = 120_000;

/** Lets others find the launcher from its first moment on. */
export function noteLauncher(instance: Instance): void {
  const identity = identify(process.pid);
  if (identity) writePidFile(instance.pidFile(LAUNCHER), identity);
}

/** Asks the launcher of an instance, if one runs, to stop everything, and waits until it has. */
export async function endLauncher(instance: Instance): Promise<void> {
  // Its own programs have sessions of their own, so nothing is ended here but itself.
  if (readPidFile(instance.pidFile(LAUNCHER)))
    await endNoted(instance.pidFile(LAUNCHER), 'SIGTERM', LAUNCHER_ENDS_WITHIN_MS);
}

/** Ends processes of ours that a killed launcher left: they are cheap to start again, and hold their ports. */
export async function endLeftProcesses(instance: Instance): Promise<void> {
  for (const key of [...ORDER.toReversed(), GIT_HOST]) {
    const { pid, orphans } = await endNoted(instance.pidFile(key), 'SIGTERM', STOP_WITHIN_MS);
    if (pid !== undefined) say(`· ended ${key} (process ${pid}), which a launcher had left`);
    if (orphans > 0) say(`· ended ${orphans} process(es) that ${key} had left`);
  }
}

/** Names of the processes and services of an instance that run now, whether a launcher runs or not. */
export function stillRunning(instance: Instance): string[] {
  const registries = ['registry', 'open-registry'];
  const services = ['postgres', ...Object.values(redisKeys), ...registries, ...Object.values(engineKeys)];
  const keys = [...ORDER, GIT_HOST, ...services];
  return keys.filter((key) => readPidFile(instance.pidFile(key)) !== undefined);
}
