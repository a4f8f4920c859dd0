import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Files of the control groups are answered by the kernel in microseconds: nothing here waits for a disk. */
export function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return null;
  }
}

/** Returns whether the kernel took the value. */
export function write(file: string, value: string): boolean {
  try {
    writeFileSync(file, value);
    return true;
  } catch {
    return false;
  }
}

export function readNumber(file: string): number {
  return Number(read(file) ?? 0);
}

/** The number behind `key` in a file of `key value` lines. */
export function readField(file: string, key: string): number {
  const line = read(file)
    ?.split('\n')
    .find((text) => text.startsWith(`${key} `));
  return Number(line?.slice(key.length + 1) ?? 0);
}

/** The sum of what `field` captures in a file, each time that it is there. */
export function sumFields(file: string, field: RegExp): number {
  return [...(read(file) ?? '').matchAll(field)].reduce((sum, [, number]) => sum + Number(number), 0);
}

export function subfolders(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
  } catch {
    return [];
  }
}

/** Names of all that is in a folder; none where there is no such folder. */
export function entries(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** Makes a group where that is allowed. */
export function makeGroup(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true });
  } catch {
    // It limits nothing: the runtime makes it.
  }
}

/** The engine puts its steps into `<group>/buildkit/<step>`. */
const stepsDepth = 1;

/**
 * Removes a group and the empty ones below it, deepest first: down to the steps' own, or those too when `thorough`. The
 * kernel refuses to remove a group that is in use.
 */
export function removeGroups(folder: string, thorough: boolean, depth = 0): void {
  if (thorough || depth < stepsDepth)
    for (const name of subfolders(folder)) removeGroups(join(folder, name), thorough, depth + 1);
  try {
    rmdirSync(folder);
  } catch {
    // In use, or gone already.
  }
}

export function processesBelow(folder: string): number[] {
  const own = (read(join(folder, 'cgroup.procs')) ?? '').split('\n').map(Number);
  // Processes outside of our own process namespace are listed as 0.
  return [...own.filter((pid) => pid > 0), ...subfolders(folder).flatMap((name) => processesBelow(join(folder, name)))];
}

/** Of `GroupCounters`. The files are the same in both versions of control groups. */
export function processHits(folder: string): number {
  const most = Number(read(join(folder, 'pids.max')) ?? Number.NaN);
  const reached = readNumber(join(folder, 'pids.peak')) >= most ? 1 : 0;
  return refusalsBelow(folder) + reached;
}

function refusalsBelow(folder: string): number {
  return sumBelow(folder, (group) => readField(join(group, 'pids.events'), 'max'));
}

/** Of `GroupCounters`, in version 1. */
export function killsBelow(folder: string): number {
  return sumBelow(folder, (group) => readField(join(group, 'memory.oom_control'), 'oom_kill'));
}

function sumBelow(folder: string, own: (folder: string) => number): number {
  return subfolders(folder).reduce((sum, name) => sum + sumBelow(join(folder, name), own), own(folder));
}

/** Of `/a/b/c` the groups `/a/b` and `/a`. */
export function groupsAbove(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  return names.slice(1).map((_name, index) => `/${names.slice(0, index + 1).join('/')}`);
}

/** Version 1 says of a group without a limit the largest number of pages that there is; version 2 says `max`. */
export function isLimit(value: string | null): boolean {
  const bytes = Number(value ?? 'none');
  return Number.isFinite(bytes) && bytes < 2 ** 60;
}
