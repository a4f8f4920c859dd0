import { execFile } from 'node:child_process';
import { readdirSync, readlinkSync, type Stats, statSync } from 'node:fs';
import { constants, setPriority } from 'node:os';

/** What every file and folder costs besides its content: a block of the usual file systems. */
const entryBytes = 4096;
const longestMs = 60_000;

/** Bytes in each folder, by its path; one that is gone is left out. A sparse file counts as long as it is. */
export async function diskUse(folders: readonly string[]): Promise<Map<string, number>> {
  if (folders.length === 0) return new Map();
  const [content, entries] = await Promise.all([
    du(['--apparent-size', '--block-size=1'], folders),
    du(['--inodes'], folders),
  ]);
  return new Map([...content].map(([folder, bytes]) => [folder, bytes + entryBytes * (entries.get(folder) ?? 0)]));
}

/** `du` of the base system goes through a million files in seconds; it gets what the machine has to spare. */
function du(options: readonly string[], folders: readonly string[]): Promise<Map<string, number>> {
  return new Promise((resolve) => {
    const args = ['--summarize', '--one-file-system', '--null', ...options, '--', ...folders];
    // It ends with 1 where a file went away while it looked, and has told the rest all the same.
    const child = execFile('du', args, { timeout: longestMs, env: { LC_ALL: 'C' } }, (_error, output) =>
      resolve(sizesIn(output)),
    );
    if (child.pid !== undefined) slow(child.pid);
  });
}

function sizesIn(output: string): Map<string, number> {
  return new Map(
    output.split('\0').flatMap((line): [string, number][] => {
      const tab = line.indexOf('\t');
      return tab < 0 ? [] : [[line.slice(tab + 1), Number(line.slice(0, tab))]];
    }),
  );
}

function slow(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_LOW);
  } catch {
    // It has ended already.
  }
}

/** Bytes in files without a name that processes hold open, each file once: no folder shows them, and the disk has them. */
export function namelessUse(pids: readonly number[]): number {
  const sizes = new Map<string, number>();
  for (const pid of pids)
    for (const fd of namesIn(`/proc/${pid}/fd`)) {
      const file = namelessFile(`/proc/${pid}/fd/${fd}`);
      if (file) sizes.set(`${file.dev}:${file.ino}`, Math.max(file.size, file.blocks * 512));
    }
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
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

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
