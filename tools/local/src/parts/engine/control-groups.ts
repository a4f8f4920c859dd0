import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { totalmem } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Instance } from '../instance.ts';

const ROOT = '/sys/fs/cgroup';
const LIMITED = ['cpu', 'memory', 'pids'];
const TRIES = 40;
const TRY_MS = 50;

/** The group above all engines of an instance and all their steps. */
export function buildsGroupOf({ id }: Pick<Instance, 'id'>): string {
  return `/cooperage-${id}`;
}

/** The group that the engines of an instance are told for their steps: the same for all, since it is part of their cache keys. */
export function cgroupOf(instance: Pick<Instance, 'id'>): string {
  return `${buildsGroupOf(instance)}/steps`;
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
  mkdirSync(path.join(root, name), { recursive: true });
  const names = name.split('/').filter(Boolean);
  for (let depth = 0; depth <= names.length; depth++)
    for (const controller of LIMITED) handOn(path.join(root, ...names.slice(0, depth)), controller);
}

/**
 * Bounds the memory of all engines of an instance and of all their steps together, whatever each build may have: a machine without
 * memory ends what it likes. What is over is taken from them alone then, steps first (`oomScores`).
 * @param bytes see `memoryForBuilds`
 */
export function boundMemory(name: string, root = ROOT, bytes = memoryForBuilds()): void {
  if (isUnified(root)) {
    setOf(name, root, 'memory', 'memory.max', bytes);
    setOf(name, root, 'memory', 'memory.swap.max', 0);
    return;
  }
  // Memory and swap together may never be less than memory: lift the one, set the other, set the one.
  const isCounted = existsSync(path.join(root, 'memory', 'memory.memsw.limit_in_bytes'));
  if (isCounted) setOf(name, root, 'memory', 'memory.memsw.limit_in_bytes', -1);
  setOf(name, root, 'memory', 'memory.limit_in_bytes', bytes);
  if (isCounted) setOf(name, root, 'memory', 'memory.memsw.limit_in_bytes', bytes);
}

/** Three quarters of the machine's memory, and 2 GiB at least are left to the services; of a small machine a half. */
export function memoryForBuilds(total = Math.min(totalmem(), process.constrainedMemory() || Infinity)): number {
  const left = Math.max(total / 4, 2 * 2 ** 30);
  return Math.floor(Math.max(total - left, total / 2) / 4096) * 4096;
}

/**
 * Version 1 charges memory of sockets to no group, and TCP and UDP have one number of pages for the whole machine. Of that, all
 * steps of a pool have a part that keeps TCP free of pressure; a single one has half of it (`step-runtime.sh`).
 */
export function boundSockets(name: string, root = ROOT, total = totalmem()): void {
  if (!isUnified(root))
    setOf(name, root, 'memory', 'memory.kmem.tcp.limit_in_bytes', Math.floor(total / 64 / 4096) * 4096);
}

/**
 * Of an engine itself, without its steps: 2 GiB as in Docker Compose, and a half of what all builds have on a small machine. One
 * that needs more ends alone: without a bound of its own the kernel took steps of all builds before it.
 */
export function memoryForEngine(builds = memoryForBuilds()): number {
  return Math.min(2 * 2 ** 30, Math.floor(builds / 2 / 4096) * 4096);
}

/** Removes a group that has nothing in it any more; one that has stays as it is. */
export function removeEmptyGroup(name: string, root = ROOT): void {
  for (const folder of groupFolders(name, root)) remove(folder);
}

/**
 * Bounds the processes of all builds of a pool together: each build may have only so many, but the machine has not as many for
 * each of its slots. Two pools leave a third to everything else.
 * @param most processes and threads that the machine may have
 */
export function boundProcesses(name: string, root = ROOT, most = mostProcesses()): void {
  setOf(name, root, 'pids', 'pids.max', Math.floor(most / 3));
}

/**
 * Lets the steps of a pool have what processors the engine and the services leave: a push is answered and published beside
 * builds that want every processor. Where nobody else wants them, steps have all that their limits allow.
 */
export function yieldProcessors(name: string, root = ROOT): void {
  const [file, share] = isUnified(root) ? (['cpu.weight', 25] as const) : (['cpu.shares', 256] as const);
  setOf(name, root, 'cpu', file, share);
}

/** Sets a value of a group, which is made where it is not there. */
function setOf(name: string, root: string, controller: string, file: string, value: number): void {
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
