import { BuildFailure } from '@cooperage/domain';
import type { GitCommand } from '../git/git-command.js';
import type { SourceLimits } from '../source-limits.js';
import { kindOfMode, type TreeEntryKind } from './tree-object.js';

/** One file, symbolic link or submodule below a tree. */
export interface ListedEntry {
  readonly kind: Exclude<TreeEntryKind, 'folder'>;
  readonly isExecutable: boolean;
  readonly id: string;
  /** 0 for submodules. */
  readonly sizeBytes: number;
  /** The path's bytes, relative to the tree. */
  readonly path: Buffer;
}

type ListLimits = Pick<SourceLimits, 'maxFiles' | 'maxPathBytes' | 'maxPathsBytes'>;

export interface TreeListOptions {
  readonly git: GitCommand;
  readonly gitDir: string;
  readonly limits: ListLimits;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Everything below a tree, at any depth, without reading a file.
 * @throws {BuildFailure} `SourceTooLarge` beyond a limit: a tree of trees names far more files than it has bytes, and each path
 * repeats the names of the folders above it.
 */
export async function listTree(tree: string, options: TreeListOptions): Promise<ListedEntry[]> {
  const { git, gitDir, limits, timeoutMs, signal } = options;
  const entries: ListedEntry[] = [];
  let rest: Buffer = Buffer.alloc(0);
  let pathsBytes = 0;
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', tree];
  await git.read({ args, gitDir, timeoutMs, signal }, (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      const entry = parseEntry(bytes.subarray(start, end));
      start = end + 1;
      if (entry.path.length > limits.maxPathBytes) throw pathTooLong(limits);
      pathsBytes += entry.path.length;
      if (pathsBytes > limits.maxPathsBytes) throw pathsTooLong(limits);
      entries.push(entry);
    }
    // An entry without an end must not grow for ever either.
    if (bytes.length - start > limits.maxPathBytes + mostBytesBeforePath) throw pathTooLong(limits);
    rest = Buffer.from(bytes.subarray(start));
    if (entries.length > limits.maxFiles)
      throw new BuildFailure('SourceTooLarge', `The context has more than ${limits.maxFiles} files.`);
  });
  return entries;
}

/** Mode, kind, the longest id and a size, with the spaces between them. */
const mostBytesBeforePath = 128;

function pathTooLong({ maxPathBytes }: ListLimits): BuildFailure {
  return new BuildFailure('SourceTooLarge', `The context has a path of more than ${maxPathBytes} bytes.`);
}

export function pathsTooLong({ maxPathsBytes }: ListLimits): BuildFailure {
  const message = `The paths of the context’s files and folders have more than ${maxPathsBytes} bytes together.`;
  return new BuildFailure('SourceTooLarge', message);
}

/** `<mode> SP <type> SP <id> SP+ <size or -> TAB <path>` */
function parseEntry(bytes: Buffer): ListedEntry {
  const tab = bytes.indexOf(9);
  const [mode, , id, size] = bytes.toString('latin1', 0, tab).split(/ +/);
  const kind = kindOfMode(mode!);
  if (kind === 'folder') throw new TypeError('git listed a folder among the files');
  return {
    kind,
    isExecutable: mode === '100755',
    id: id!,
    sizeBytes: size === '-' ? 0 : Number(size),
    path: Buffer.from(bytes.subarray(tab + 1)),
  };
}
