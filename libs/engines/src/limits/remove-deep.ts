import { randomBytes } from 'node:crypto';
import type { Dirent } from 'node:fs';
import { opendir, rename, rm, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';

/** Linux takes paths of 4,096 bytes. Whoever deletes by paths, or with an open folder for each level, ends before this. */
const longestPath = 3_800;

/** Whether a folder holds something that no path leads to. It opens one folder at a time, and follows no link. */
export async function isTooDeep(folder: string): Promise<boolean> {
  const left = [folder];
  for (let path = left.pop(); path !== undefined; path = left.pop()) {
    for await (const entry of entriesOf(path)) {
      if (!entry.isDirectory()) continue;
      const next = join(path, entry.name);
      if (Buffer.byteLength(next) > longestPath) return true;
      left.push(next);
    }
  }
  return false;
}

/**
 * Deletes a folder however deep it is (R2-N12): what lies in a folder of it is lifted to its top, so that no path has more than three
 * parts of it, and no folder is held open while another one is emptied. Each folder is looked at once. It may be ended and called again.
 */
export async function removeDeep(folder: string): Promise<void> {
  const lifted = `.${randomBytes(6).toString('hex')}-`;
  let serial = 0;
  const empty = async (path: string) => {
    // Reading a folder that changes may leave something out.
    for (let isEmpty = false; !isEmpty; ) {
      isEmpty = true;
      for await (const entry of entriesOf(path)) {
        isEmpty = false;
        const from = join(path, entry.name);
        if (entry.isDirectory()) await rename(from, join(folder, `${lifted}${serial++}`));
        else await unlink(from);
      }
    }
    await rmdir(path);
  };
  for (let isEmpty = false; !isEmpty; ) {
    isEmpty = true;
    for await (const entry of entriesOf(folder)) {
      isEmpty = false;
      const path = join(folder, entry.name);
      await (entry.isDirectory() ? empty(path) : unlink(path));
    }
  }
  await rm(folder, { recursive: true, force: true });
}

/** Nothing of a folder that is gone. */
async function* entriesOf(path: string): AsyncGenerator<Dirent> {
  try {
    yield* await opendir(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
}
