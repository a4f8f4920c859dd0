import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './git/process-identity.js';

/** Makes the folders, and removes keys that a killed process left behind (S-032 of the threat list). */
export async function prepareFolders(mirrorRoot: string, home: string, privateFolder: string): Promise<void> {
  for (const folder of [mirrorRoot, home, privateFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of await readdir(privateFolder)) {
    const pid = Number(/^(\d+)-/.exec(name)?.[1] ?? 0);
    const isInUse = pid > 0 && pid !== process.pid && (await isAlive({ pid, start: '' }));
    if (!isInUse) await rm(join(privateFolder, name), { recursive: true, force: true });
  }
}
