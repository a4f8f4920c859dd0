import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { clearGroup } from '../parts/engine/control-groups.ts';
import { unmountBelow } from '../parts/engine/mounts.ts';
import { endProcess } from '../processes/daemon.ts';
import { identify } from '../processes/process-identity.ts';
import { type DockerPlaces, execFolder } from './docker-places.ts';

/**
 * What an engine that was killed leaves behind: its containerd, the processes of running steps (they survive it), their
 * control groups, the mounts of their file systems and its pid file.
 * @param stopSignal SIGKILL where its containerd may not work on for a moment
 */
export async function clearLeftovers(settings: DockerPlaces, stopSignal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
  await endContainerd(execFolder(settings.socketFolder), stopSignal);
  await clearGroup(settings.cgroupParent);
  await unmountBelow(settings.dataFolder);
  await unmountBelow(settings.socketFolder);
  rmSync(path.join(settings.socketFolder, 'engine.pid'), { force: true });
  // With a dead containerd's files in its place a new engine waits ten seconds for that one to answer.
  rmSync(execFolder(settings.socketFolder), { recursive: true, force: true });
}

async function endContainerd(folder: string, stopSignal: NodeJS.Signals): Promise<void> {
  const file = path.join(folder, 'containerd/containerd.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8'));
  const identity = identify(pid);
  if (identity && isContainerdOf(pid, folder)) await endProcess(identity, stopSignal, 5000);
}

function isContainerdOf(pid: number, folder: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder);
  } catch {
    return false;
  }
}
