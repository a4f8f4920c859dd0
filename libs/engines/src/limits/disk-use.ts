import { type ExecFileException, execFile } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { BuildFailure } from '@cooperage/domain';

/** What every name of a file or folder costs besides its content: a block of the usual file systems. */
const entryBytes = 4096;
const longestMs = 60_000;
/** A look that takes longer has the usual priority: the steps of others, which run on, are not to make it end too late. */
const patienceMs = 5_000;
/** Each folder is a line of the answer. */
const mostOutputBytes = 256 * 1_048_576;

/**
 * Bytes in each folder, by its path; one that is gone is left out. A sparse file counts as long as it is, and a file with many names
 * once, but each of its names as one: a look goes through all of them.
 * @param mostMs after which a look is over; it has seen nothing then
 * @throws {BuildFailure} `DiskLimit` for more names than are seen in that time, and other errors where there can be no look
 */
export async function diskUse(folders: readonly string[], mostMs = longestMs): Promise<Map<string, number>> {
  if (folders.length === 0) return new Map();
  const [content, entries] = await Promise.all([
    du(['--apparent-size', '--block-size=1'], folders, mostMs),
    du(['--inodes', '--count-links'], folders, mostMs),
  ]);
  return new Map([...content].map(([folder, bytes]) => [folder, bytes + entryBytes * (entries.get(folder) ?? 0)]));
}

/** `du` of the base system goes through a million files in seconds; at first it gets what the machine has to spare. */
function du(options: readonly string[], folders: readonly string[], mostMs: number): Promise<Map<string, number>> {
  return new Promise((resolve, reject) => {
    // A build decides how many folders there are, and the kernel takes only so many arguments.
    const args = ['--summarize', '--one-file-system', '--null', ...options, '--files0-from=-'];
    const most = { timeout: mostMs, maxBuffer: mostOutputBytes, env: { LC_ALL: 'C' } };
    const child = execFile('du', args, most, (error, output) => {
      clearTimeout(hurry);
      const problem = problemOf(error);
      if (problem) reject(problem);
      else resolve(sizesIn(output));
    });
    prioritize(child.pid, constants.priority.PRIORITY_LOW);
    const hurry = setTimeout(() => prioritize(child.pid, constants.priority.PRIORITY_NORMAL), patienceMs).unref();
    // It may end before it has read all names.
    child.stdin?.on('error', () => {}).end(folders.map((folder) => `${folder}\0`).join(''));
  });
}

/**
 * It ends with 1 where a file went away while it looked, and has printed the rest all the same. One that was cut here says nothing; what
 * others end, as the end of this process does, is no build's fault.
 */
function problemOf(error: ExecFileException | null): Error | null {
  if (!error || typeof error.code === 'number') return null;
  const isCut = error.killed === true || String(error.code) === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';
  return isCut ? new BuildFailure('DiskLimit', tooManyNames, { cause: error }) : error;
}

const tooManyNames =
  'The steps of the build have made too many files and folders to watch what they write to the disk: one look at them takes longer than a minute. Each name of a file counts.';

function sizesIn(output: string): Map<string, number> {
  return new Map(
    output.split('\0').flatMap((line): [string, number][] => {
      const tab = line.indexOf('\t');
      return tab < 0 ? [] : [[line.slice(tab + 1), Number(line.slice(0, tab))]];
    }),
  );
}

function prioritize(pid: number | undefined, priority: number): void {
  try {
    if (pid !== undefined) setPriority(pid, priority);
  } catch {
    // It has ended already, or only root may give it back what it had.
  }
}
