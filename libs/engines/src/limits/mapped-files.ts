import { type ExecFileException, execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { constants, setPriority } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { BuildFailure } from '@cooperage/domain';
import { type MemoryFiles, type NamelessFile, namelessFile } from './in-memory.js';
import type { Look } from './look.js';

const longestMs = 60_000;
/** The kernel takes only so many arguments. */
const pidsAtOnce = 4_096;
const mostOutputBytes = 64 * 1_048_576;
/** Of a mapping: where it is, and in which process. The kernel writes a line break in a path as `\012`. */
const mapping = /\/(\d+)\/maps:0*([0-9a-f]+)-0*([0-9a-f]+) /;

/**
 * Files without a name on a disk that processes have mapped, and need not have open any more (R22B-2).
 *
 * The kernel lets nobody look while a process changes what it has mapped, and one that is held may be within that. So another process reads
 * the tables, and the files are asked for beside the work of this one.
 * @throws {BuildFailure} `DiskLimit` where they are too many, or a process keeps the look waiting
 */
export async function mappedFiles(
  pids: readonly number[],
  memory: MemoryFiles,
  look: Look,
  proc: string,
  mostMs = longestMs,
): Promise<NamelessFile[]> {
  if (pids.length === 0) return [];
  const over = new AbortController();
  try {
    return await Promise.race([
      read(pids, memory, look, proc, mostMs),
      delay(mostMs, undefined, { ref: false, signal: over.signal }).then(() => Promise.reject(tooLong())),
    ]);
  } finally {
    over.abort();
  }
}

async function read(pids: readonly number[], memory: MemoryFiles, look: Look, proc: string, mostMs: number) {
  const files: NamelessFile[] = [];
  for (let at = 0; at < pids.length; at += pidsAtOnce)
    for (const line of await deletedMappings(pids.slice(at, at + pidsAtOnce), proc, mostMs)) {
      const [, pid, from, to] = mapping.exec(line) ?? [];
      if (pid === undefined) continue;
      await look.take();
      const file = await fileOf(`${proc}/${pid}/map_files/${from}-${to}`, memory);
      if (file) files.push(file);
    }
  return files;
}

/** Null for one in memory, one that has a name, and one that cannot be asked for: its process has ended, or we are not root. */
async function fileOf(link: string, memory: MemoryFiles): Promise<NamelessFile | null> {
  try {
    const file = namelessFile(await stat(link));
    return file && !(await memory.holdsMapped(file, link)) ? file : null;
  } catch {
    return null;
  }
}

function deletedMappings(pids: readonly number[], proc: string, mostMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const args = [
      ...['--text', '--with-filename', '--no-messages', '--only-matching', '--perl-regexp'],
      // Without the path: each is the step's own, and some are long (R23B-4).
      '^[0-9a-f]+-[0-9a-f]+ (?=.* \\(deleted\\)$)',
      ...pids.map((pid) => `${proc}/${pid}/maps`),
    ];
    const most = { timeout: mostMs, maxBuffer: mostOutputBytes, env: { LC_ALL: 'C' } };
    const child = execFile('grep', args, most, (error, output) => {
      // It ends with 1 where there is none, and with 2 where a process has ended meanwhile.
      if (error && typeof error.code !== 'number') reject(isCut(error) ? tooLong() : error);
      else resolve(output.split('\n'));
    });
    try {
      if (child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
    } catch {
      // It has ended already.
    }
  });
}

function isCut({ killed, code }: ExecFileException): boolean {
  return killed === true || String(code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
}

function tooLong(): BuildFailure {
  return new BuildFailure(
    'DiskLimit',
    'The processes of the build have too many files mapped to watch what they write to the disk: one look at them takes longer than a minute.',
  );
}
