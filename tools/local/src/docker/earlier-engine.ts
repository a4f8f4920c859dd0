import { existsSync, statfsSync } from 'node:fs';
import { say } from '../output.ts';
import { cgroupOf } from '../parts/engine/control-groups.ts';
import type { Instance } from '../parts/instance.ts';
import { attempt } from '../processes/command.ts';
import { endNoted } from '../processes/daemon.ts';
import { clearLeftovers } from './leftovers.ts';

const STOP_WITHIN_MS = 20_000;

/**
 * Installations of earlier versions built with a Docker engine. It may still run, where its launcher was killed, and what it kept is of no
 * use to any other engine: both are taken away.
 */
export async function removeEarlierEngine(instance: Instance): Promise<void> {
  const dataFolder = instance.file('engine');
  if (!existsSync(dataFolder)) return;
  await endNoted(instance.pidFile('engine'), 'SIGTERM', STOP_WITHIN_MS);
  await clearLeftovers({ dataFolder, socketFolder: instance.socketFolder(), cgroupParent: cgroupOf(instance) });
  const before = freeBytes(instance.folder);
  // Layers may have folders in folders, deeper than a path can be or files be open: rm goes into them one by one.
  const { code, stderr } = await attempt('rm', ['-rf', '--one-file-system', dataFolder]);
  const freed = Math.max(0, freeBytes(instance.folder) - before);
  const size = `${Math.round(freed / 1e6)} MB are free again`;
  say(
    code === 0
      ? `· removed what the Docker engine of an earlier version had kept: ${size}`
      : `! ${dataFolder} of an earlier version could not be removed whole (${size}): ${stderr.trim().split('\n').at(-1)}`,
  );
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
