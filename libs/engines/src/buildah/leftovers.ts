import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { detectHierarchy } from '../cgroup/detect.js';
import { storeArgs } from './args.js';
import type { RunSetting } from './run.js';
import { type Command, output } from './tool.js';

const tries = 100;
const tryMs = 20;

/**
 * Ends and removes what a process left that was killed: a build is nobody's child then. The state folder belongs to one
 * engine, so whatever is there is of the one before.
 */
export async function removeLeftovers(setting: RunSetting, command: Omit<Command, 'args'>): Promise<void> {
  const runs = join(setting.stateFolder, 'runs');
  // Asked first: a tool whose step is killed may remove its run, and be killed before it has removed its container.
  const left = await readdir(runs);
  await killSteps(setting);
  await killTools(setting.stateFolder);
  if (left.length === 0) return;
  for (const root of await stores(setting.stateFolder)) {
    const store = { root: join(root, 'root'), runRoot: join(root, 'run'), temporary: '', driver: 'overlay' } as const;
    await output({ ...command, args: [...storeArgs(store), 'rm', '--all'] });
  }
  await Promise.all(left.map((name) => rm(join(runs, name), { recursive: true, force: true })));
}

async function killSteps({ cgroupRoot, cgroupParent, groupName }: RunSetting): Promise<void> {
  const hierarchy = detectHierarchy(cgroupRoot);
  const path = `${cgroupParent}/${groupName}`;
  for (let n = 0; hierarchy && n < tries; n++) {
    const pids = hierarchy.processes(path);
    if (pids.length === 0) break;
    for (const pid of pids) kill(pid);
    await delay(tryMs);
  }
  hierarchy?.remove(path, true);
}

/** buildah and its runtime live on without the process that read them, and hold the store. */
async function killTools(stateFolder: string): Promise<void> {
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    const line = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    if (line.split('\0').some((word) => word.startsWith(`${stateFolder}/`))) kill(Number(name));
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function stores(stateFolder: string): Promise<string[]> {
  const folder = join(stateFolder, 'stores');
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
}
