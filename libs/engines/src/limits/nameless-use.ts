import { type Dir, opendirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import type { Look } from './look.js';

/** Names of open files that are read at once. */
const namesAtOnce = 64;

/**
 * Bytes in files without a name that processes hold open, each file once: no folder shows them, and the disk has them.
 * @param proc where `/proc` is mounted
 * @throws {BuildFailure} `DiskLimit` when they have too many files open
 */
export async function namelessUse(pids: readonly number[], look: Look, proc = '/proc'): Promise<number> {
  const sizes = new Map<string, number>();
  for (const pid of pids) {
    await look.take();
    const folder = opened(`${proc}/${pid}/fd`);
    if (folder === null) continue;
    try {
      for (let fd = next(folder); fd !== null; fd = next(folder)) {
        // Only a turn that is due is waited for: a promise for each file would cost more than to look at it.
        const turn = look.take();
        if (turn) await turn;
        const file = namelessFile(`${proc}/${pid}/fd/${fd}`);
        if (file) sizes.set(`${file.dev}:${file.ino}`, Math.max(file.size, file.blocks * 512));
      }
    } finally {
      folder.closeSync();
    }
  }
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return bytes;
}

/** Files in memory have no name either; another limit is theirs. */
const inMemory = /^\/(?:memfd:|dev\/shm\/|dev\/zero |SYSV|anon_hugepage)/;

function namelessFile(link: string): Stats | null {
  try {
    const name = readlinkSync(link);
    if (!name.endsWith(' (deleted)') || inMemory.test(name)) return null;
    const stats = statSync(link);
    return stats.isFile() && stats.nlink === 0 ? stats : null;
  } catch {
    return null;
  }
}

/** Null for a process that has ended. */
function opened(folder: string): Dir | null {
  try {
    return opendirSync(folder, { bufferSize: namesAtOnce });
  } catch {
    return null;
  }
}

function next(folder: Dir): string | null {
  try {
    return folder.readSync()?.name ?? null;
  } catch {
    // The process ended meanwhile.
    return null;
  }
}
