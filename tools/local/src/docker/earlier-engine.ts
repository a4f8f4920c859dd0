import { existsSync, rmSync, statfsSync } from 'node:fs';
import { say } from '../output.ts';
import { cgroupOf } from '../parts/engine/control-groups.ts';
import type { Instance } from '../parts/instance.ts';
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
  rmSync(dataFolder, { recursive: true, force: true });
  const freed = Math.max(0, freeBytes(instance.folder) - before);
  say(`· removed what the Docker engine of an earlier version had kept: ${Math.round(freed / 1e6)} MB are free again`);
}

function freeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}
