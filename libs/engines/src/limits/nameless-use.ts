import { type Dir, opendirSync, readlinkSync, statSync } from 'node:fs';
import { MemoryFiles, type NamelessFile, namelessFile } from './in-memory.js';
import type { Look } from './look.js';
import { mappedFiles } from './mapped-files.js';

/** Names of open files that are read at once. */
const namesAtOnce = 64;

/**
 * Bytes in files without a name that processes hold open or have mapped, each file once: no folder shows them, and the disk has them. What
 * is held by the kernel alone is nowhere to be seen, as a file that is under way from one process to another.
 * @param proc where `/proc` is mounted
 * @throws {BuildFailure} `DiskLimit` when they have too many files open
 */
export async function namelessUse(pids: readonly number[], look: Look, proc = '/proc'): Promise<number> {
  const memory = new MemoryFiles();
  const sizes = new Map<string, number>();
  for (const file of await openFiles(pids, memory, look, proc)) sizes.set(keyOf(file), file.bytes);
  for (const file of await mappedFiles(pids, memory, look, proc)) sizes.set(keyOf(file), file.bytes);
  let bytes = 0;
  for (const size of sizes.values()) bytes += size;
  return bytes;
}

/** One file may be seen upon its layer and within it, on two file systems: its number and size are the same. */
function keyOf({ ino, bytes }: NamelessFile): string {
  return `${ino} ${bytes}`;
}

async function openFiles(
  pids: readonly number[],
  memory: MemoryFiles,
  look: Look,
  proc: string,
): Promise<Iterable<NamelessFile>> {
  const files = new Map<string, NamelessFile>();
  for (const pid of pids) {
    await look.take();
    const folder = opened(`${proc}/${pid}/fd`);
    if (folder === null) continue;
    try {
      for (let fd = next(folder); fd !== null; fd = next(folder)) {
        // Only a turn that is due is waited for: a promise for each file would cost more than to look at it.
        const turn = look.take();
        if (turn) await turn;
        const file = openFile(`${proc}/${pid}/fd/${fd}`, memory);
        if (file) files.set(`${file.dev}:${file.ino}`, file);
      }
    } finally {
      folder.closeSync();
    }
  }
  return files.values();
}

function openFile(link: string, memory: MemoryFiles): NamelessFile | null {
  try {
    if (!isDeleted(link)) return null;
    const file = namelessFile(statSync(link));
    return file && !memory.holds(file, link) ? file : null;
  } catch {
    return null;
  }
}

/** Folders can be deeper than a path is long. */
function isDeleted(link: string): boolean {
  try {
    return readlinkSync(link).endsWith(' (deleted)');
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG';
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
