import { randomUUID } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { lstat, readdir, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const core = (version: number) => `[core]\n\trepositoryformatversion = ${version}\n\tfilemode = true\n\tbare = true\n`;

/** Git's `config` of a repository whose commits have all their files. */
export const wholeSettings = core(0);

/** Of one whose commits may have none. The remote is no real one: git only looks whether there is one that has what is missing. */
export const partialSettings = `${core(1)}[remote "history"]\n\turl = /dev/null\n\tpromisor = true\n\tpartialclonefilter = tree:0\n`;

const head = 'ref: refs/heads/main\n';
const isFile = (entry: Dirent) => entry.isFile();
const looseFolder = /^[0-9a-f]{2}$/;

/**
 * Leaves of a repository what this service writes there, as real files and folders, and writes `config` and `HEAD` anew. All else goes: hooks,
 * `commondir`, alternates, attributes, grafts, logs, worktrees, replacements, links. Another process may be fetching meanwhile: what its git
 * writes, locks included, stays.
 * @throws {Error} of the file system
 */
export async function cleanRepository(path: string, settings: string): Promise<void> {
  if (!(await isRealFolder(path))) return;
  const top = new Set(['HEAD', 'config', 'shallow']);
  await keepOnly(path, (entry) =>
    entry.isDirectory()
      ? entry.name === 'objects' || entry.name === 'refs'
      : entry.isFile() && (top.has(entry.name) || entry.name.endsWith('.lock')),
  );
  await put(path, 'config', settings);
  await put(path, 'HEAD', head);
  const objects = join(path, 'objects');
  const folders = await keepOnly(objects, (entry) =>
    entry.isDirectory()
      ? entry.name === 'pack' || looseFolder.test(entry.name)
      : entry.isFile() && entry.name.startsWith('tmp_'),
  );
  for (const entry of folders) if (entry.isDirectory()) await keepOnly(join(objects, entry.name), isFile);
  const refs = join(path, 'refs');
  const kinds = await keepOnly(refs, (entry) => entry.isDirectory() && ['commits', 'passing'].includes(entry.name));
  for (const { name } of kinds) await keepOnly(join(refs, name), isFile);
}

/** Removes what is no folder, a link above all: what it leads to is left alone. @returns whether a folder is there */
export async function isRealFolder(path: string): Promise<boolean> {
  const entry = await lstat(path).catch(unlessMissing);
  if (!entry || entry.isDirectory()) return entry !== undefined;
  await unlink(path).catch(unlessMissing);
  return false;
}

async function keepOnly(folder: string, isOurs: (entry: Dirent) => boolean): Promise<Dirent[]> {
  const entries = (await readdir(folder, { withFileTypes: true }).catch(unlessMissing)) ?? [];
  for (const entry of entries) if (!isOurs(entry)) await rm(join(folder, entry.name), { recursive: true, force: true });
  return entries.filter(isOurs);
}

/** Beside the repository and then in its place: nobody reads a half, and a link is replaced and not followed. */
async function put(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const size = (await lstat(path).catch(unlessMissing))?.size;
  // A full disk has no room for what is there already.
  if (size === text.length && (await readFile(path, 'latin1').catch(unlessMissing)) === text) return;
  const draft = `${folder}.${randomUUID()}.draft`;
  try {
    await writeFile(draft, text, { flag: 'wx', mode: 0o600 });
    // Somebody else may have removed the repository meanwhile.
    await rename(draft, path).catch(unlessMissing);
  } finally {
    await rm(draft, { force: true });
  }
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
