import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildFailure } from '@cooperage/domain';
import type { GitCommand } from '../git/git-command.js';
import type { SourceLimits } from '../source-limits.js';
import { type BareRepository, keptRef } from './bare-repository.js';
import { aboveFloor, fullDisk, hasRoomFor } from './disk-room.js';
import type { HeldLock } from './generation-lock.js';

/** More packs than this slow every lookup down. */
const maxPacks = 40;
/** Commits that stay: those of builds that may still run, and one to compute the next difference from. */
const keptCommits = 20;
/** By so much a repack may be larger than what it replaces. */
const growthBytes = 16 * 1024 * 1024;
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
 *
 * A git host can send files as small differences to one that no commit has. Packed anew they are whole, a hundred times as large (R16B-1).
 * @throws {BuildFailure} `DiskFull` where the disk comes to its floor meanwhile, `SourceTooLarge` where it grows: it is then of no use
 */
export async function tidy({ git, repository, lock, limits, signal }: TidyContext): Promise<void> {
  const commits = await commitsOf(repository);
  if (commits.length <= maxCommits && (await packCount(repository)) <= maxPacks) return;
  const gitDir = repository.path;
  const timeoutMs = limits.fetchTimeoutMs;
  const before = await repository.packBytes();
  if (!(await hasRoomFor(before, gitDir, limits.minFreeBytes))) return;
  // A process for each would take minutes for thousands. Refs are never packed here: a kept one is a file, see `has`.
  for (const commit of await oldOf(repository, commits)) {
    signal?.throwIfAborted();
    await rm(join(gitDir, keptRef(commit)), { force: true });
  }
  const look = async () =>
    (await grown(repository, 3 * before)) ?? fullDisk(gitDir, limits.minFreeBytes, 'A mirror was not tidied.');
  try {
    await aboveFloor(look, (floor) => {
      const either = signal ? AbortSignal.any([signal, floor]) : floor;
      const args = ['repack', '-a', '-d', '-n', '-q'];
      return git.run({ args, gitDir, timeoutMs, signal: either, onStart: (pid) => lock.noteHelper(pid) });
    });
    await git.run({ args: ['prune', '--expire=now'], gitDir, timeoutMs, signal });
  } catch (error) {
    // Git leaves what it has written, all of it where the disk is full.
    await repository.sweep();
    throw error;
  }
}

/** What is packed anew stands beside what was there. An honest host may send longer chains of differences than git makes by itself. */
async function grown(repository: BareRepository, most: number): Promise<BuildFailure | null> {
  if ((await repository.packBytes()) <= most + growthBytes) return null;
  return new BuildFailure('SourceTooLarge', 'A mirror was removed: packed anew it takes more than what was fetched.');
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
