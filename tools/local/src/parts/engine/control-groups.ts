import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../instance.ts';

const ROOT = '/sys/fs/cgroup';
const LIMITED = ['cpu', 'memory', 'pids'];
const TRIES = 40;
const TRY_MS = 50;

/** The group that the engines of an instance are told for their steps: the same for all, since it is part of their cache keys. */
export function cgroupOf({ id }: Pick<Instance, 'id'>): string {
  return `/cooperage-${id}`;
}

/** cgroup v2 has one tree, v1 one per controller, and some machines mount v2 beside v1. */
export function isUnified(root = ROOT): boolean {
  return existsSync(path.join(root, 'cgroup.controllers'));
}

/** Every place where a group of this name may exist. */
export function groupFolders(name: string, root = ROOT): string[] {
  if (isUnified(root)) return [path.join(root, name)].filter(existsSync);
  const controllers = existsSync(root) ? readdirSync(root, { withFileTypes: true }) : [];
  const folders = controllers.filter((entry) => entry.isDirectory()).map((entry) => path.join(root, entry.name, name));
  return folders.filter(existsSync);
}

/** On v2 a group hands on only the controllers that its parents were told to; v1 needs no preparation. */
export function prepareGroup(name: string, root = ROOT): void {
  if (!isUnified(root)) return;
  const folder = path.join(root, name);
  mkdirSync(folder, { recursive: true });
  for (const parent of [root, folder]) for (const controller of LIMITED) handOn(parent, controller);
}

/**
 * Bounds the processes of all builds of a pool together: each build may have only so many, but the machine has not as many for
 * each of its slots. Two pools leave a third to everything else.
 * @param most processes and threads that the machine may have
 */
export function boundProcesses(name: string, root = ROOT, most = mostProcesses()): void {
  setAbove(name, root, 'pids', 'pids.max', Math.floor(most / 3));
}

/**
 * Lets the steps of a pool have what processors the engine and the services leave: a push is answered and published beside
 * builds that want every processor. Where nobody else wants them, steps have all that their limits allow.
 */
export function yieldProcessors(name: string, root = ROOT): void {
  const [file, share] = isUnified(root) ? (['cpu.weight', 25] as const) : (['cpu.shares', 256] as const);
  setAbove(name, root, 'cpu', file, share);
}

/** Sets a value of the group above all steps of a pool. */
function setAbove(name: string, root: string, controller: string, file: string, value: number): void {
  const tree = isUnified(root) ? root : path.join(root, controller);
  if (!existsSync(tree)) return;
  const folder = path.join(tree, name);
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(path.join(folder, file), String(value));
  } catch {
    // As with `handOn`: the limit of each build fails as well then, and the worker says so.
  }
}

function mostProcesses(): number {
  const files = ['/proc/sys/kernel/pid_max', '/proc/sys/kernel/threads-max'];
  return Math.min(...files.map((file) => Number(readFileSync(file, 'utf8'))));
}

/** Kills every process below a group, in all its places, and removes it. */
export async function clearGroup(name: string, root = ROOT): Promise<void> {
  for (let tries = 0; tries < TRIES; tries++) {
    const folders = groupFolders(name, root).flatMap(withChildren);
    const pids = new Set(folders.flatMap(processesOf));
    for (const pid of pids) kill(pid);
    const left = folders.filter((folder) => !remove(folder));
    if (left.length === 0) return;
    await sleep(TRY_MS);
  }
}

/** The folder and all below it, the deepest first. */
function withChildren(folder: string): string[] {
  const entries = existsSync(folder) ? readdirSync(folder, { withFileTypes: true }) : [];
  const children = entries.filter((entry) => entry.isDirectory()).map((entry) => path.join(folder, entry.name));
  return [...children.flatMap(withChildren), folder];
}

function processesOf(folder: string): number[] {
  try {
    return readFileSync(path.join(folder, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
  } catch {
    // The group went away meanwhile, or (v2) hands on to threads only: then its children list them.
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function remove(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

function handOn(folder: string, controller: string): void {
  try {
    writeFileSync(path.join(folder, 'cgroup.subtree_control'), `+${controller}`);
  } catch {
    // Inside a container the root may be closed to us: builds then run without limits, and the worker says so.
  }
}
