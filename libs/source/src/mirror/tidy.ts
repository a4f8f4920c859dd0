import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { GitCommand } from '../git/git-command.js';
import { type BareRepository, keptRef } from './bare-repository.js';

/** More packs than this slow every lookup down. */
const maxPacks = 40;
/** Commits that stay: those of builds that may still run, and one to compute the next difference from. */
const keptCommits = 20;
/** Every git command reads them. Commits that came with an earlier one bring no pack. */
const maxCommits = 1_000;

/**
 * Forgets all but the newest commits and packs what is left together. Costs nothing while there is little to do. Only
 * while the lock is held.
 */
export async function tidy(
  git: GitCommand,
  repository: BareRepository,
  timeoutMs: number,
  signal?: AbortSignal,
): Promise<void> {
  const commits = await commitsOf(repository);
  if (commits.length <= maxCommits && (await packCount(repository)) <= maxPacks) return;
  const gitDir = repository.path;
  // A process for each would take minutes for thousands. Refs are never packed here: a kept one is a file, see `has`.
  for (const commit of await oldOf(repository, commits)) {
    signal?.throwIfAborted();
    await rm(join(gitDir, keptRef(commit)), { force: true });
  }
  await git.run({ args: ['repack', '-a', '-d', '-q'], gitDir, timeoutMs, signal });
  await git.run({ args: ['prune', '--expire=now'], gitDir, timeoutMs, signal });
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
