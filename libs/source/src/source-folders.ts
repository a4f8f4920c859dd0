import { lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './git/process-identity.js';
import { isRealFolder } from './mirror/repository-files.js';

/**
 * Makes the folders of mirrors, and removes keys that a killed process left behind (S-032 of the threat list).
 * @throws {Error} where the folder for keys is not this user's alone: its name can be known before
 */
export async function prepareFolders(mirrorRoot: string, home: string, privateFolder: string): Promise<void> {
  await mkdir(mirrorRoot, { recursive: true, mode: 0o700 });
  // What a link leads to is not emptied.
  await isRealFolder(home);
  await mkdir(home, { recursive: true, mode: 0o700 });
  // Git and curl look into the home: `.netrc`, for one.
  for (const name of await readdir(home)) await rm(join(home, name), { recursive: true, force: true });
  // Keys of an earlier release lay there.
  await rm(join(mirrorRoot, '.private'), { recursive: true, force: true });
  if (!(await isOwnFolder(privateFolder))) return;
  for (const name of await readdir(privateFolder)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1] ?? 0);
    const isInUse = pid > 0 && pid !== process.pid && (await isAlive({ pid, start: '' }));
    if (!isInUse) await rm(join(privateFolder, name), { recursive: true, force: true });
  }
}

/**
 * Makes the folder for keys. It is not there before the first key: few repositories are reached by ssh.
 * @throws {Error} where it is not this user's alone
 */
export async function preparePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await isOwnFolder(folder);
}

/** False where nothing is there. */
async function isOwnFolder(folder: string): Promise<boolean> {
  const entry = await lstat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return null;
    throw error;
  });
  if (entry === null) return false;
  const isOurs = entry.isDirectory() && entry.uid === (process.getuid?.() ?? entry.uid) && (entry.mode & 0o077) === 0;
  if (!isOurs) throw new Error(`${folder} is not a folder of this user alone: no key is kept there. Remove it.`);
  return true;
}
