import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitCommand } from '../git/git-command.js';
import type { SourceLimits } from '../source-limits.js';
import { type BareRepository, keptRef } from './bare-repository.js';
import { aboveFloor, fullDisk, hasRoomFor } from './disk-room.js';
import type { HeldLock } from './generation-lock.js';

/** More packs than this slow every lookup down. */
const maxPacks = 40;
/** Commits that stay: those of builds that may still run, and one to compute the next difference from. */
const keptCommits = 20;
/** Every git command reads them. Commits that came with an earlier one bring no pack. */
const maxCommits = 1_000;

export interface TidyContext {
  readonly git: GitCommand;
  readonly repository: BareRepository;
  readonly lock: Pick<HeldLock, 'noteHelper'>;
  readonly limits: Pick<SourceLimits, 'fetchTimeoutMs' | 'minFreeBytes'>;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Forgets all but the newest commits and packs what is left together. Costs nothing while there is little to do. Only
 * while the lock is held.
 *
 * Git writes what it keeps a second time before it deletes the first. Where that would reach the floor of the disk, the repository is left
 * alone: it was used a moment ago, so it is not removed under a build of another process that may read from it. It grows no further than
 * `maxMirrorBytes`, and `MirrorRoom` removes it when nobody uses it and the disk is short.
 * @throws {BuildFailure} `DiskFull` where the disk comes to its floor meanwhile
 */
export async function tidy({ git, repository, lock, limits, signal }: TidyContext): Promise<void> {
  const commits = await commitsOf(repository);
  if (commits.length <= maxCommits && (await packCount(repository)) <= maxPacks) return;
  const gitDir = repository.path;
  const timeoutMs = limits.fetchTimeoutMs;
  if (!(await hasRoomFor(await repository.packBytes(), gitDir, limits.minFreeBytes))) return;
  // A process for each would take minutes for thousands. Refs are never packed here: a kept one is a file, see `has`.
  for (const commit of await oldOf(repository, commits)) {
    signal?.throwIfAborted();
    await rm(join(gitDir, keptRef(commit)), { force: true });
  }
  const look = () => fullDisk(gitDir, limits.minFreeBytes, 'A mirror was not tidied.');
  try {
    await aboveFloor(look, (floor) => {
      const either = signal ? AbortSignal.any([signal, floor]) : floor;
      const args = ['repack', '-a', '-d', '-q'];
      return git.run({ args, gitDir, timeoutMs, signal: either, onStart: (pid) => lock.noteHelper(pid) });
    });
    await git.run({ args: ['prune', '--expire=now'], gitDir, timeoutMs, signal });
  } catch (error) {
    // Git leaves what it has written, all of it where the disk is full.
    await repository.sweep();
    throw error;
  }
}

async function packCount(repository: BareRepository): Promise<number> {
  const names = await readdir(join(repository.path, 'objects', 'pack')).catch(() => []);
  return names.filter((name) => name.endsWith('.pack')).length;
}

async function commitsOf(repository: BareRepository): Promise<string[]> {
  const names = await readdir(join(repository.path, 'refs', 'commits')).catch(() => []);
  return names.filter((name) => /^[0-9a-f]{40}$/.test(name));
}

async function oldOf(repository: BareRepository, names: readonly string[]): Promise<string[]> {
  const folder = join(repository.path, 'refs', 'commits');
  const dated = await Promise.all(
    names.map(async (name) => ({ name, atMs: (await stat(join(folder, name))).mtimeMs })),
  );
  return dated
    .sort((a, b) => b.atMs - a.atMs)
    .slice(keptCommits)
    .map(({ name }) => name);
}
