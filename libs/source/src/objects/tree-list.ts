import { BuildFailure } from '@cooperage/domain';
import type { GitCommand } from '../git/git-command.js';
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

export interface TreeListOptions {
  readonly git: GitCommand;
  readonly gitDir: string;
  readonly maxFiles: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Everything below a tree, at any depth, without reading a file.
 * @throws {BuildFailure} `SourceTooLarge` beyond `maxFiles`: a tree of trees names far more files than it has bytes.
 */
export async function listTree(tree: string, options: TreeListOptions): Promise<ListedEntry[]> {
  const { git, gitDir, maxFiles, timeoutMs, signal } = options;
  const entries: ListedEntry[] = [];
  let rest: Buffer = Buffer.alloc(0);
  const args = ['ls-tree', '-r', '-z', '-l', '--full-tree', tree];
  await git.read({ args, gitDir, timeoutMs, signal }, (chunk) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let start = 0;
    for (let end = bytes.indexOf(0); end >= 0; end = bytes.indexOf(0, start)) {
      entries.push(parseEntry(bytes.subarray(start, end)));
      start = end + 1;
    }
    rest = Buffer.from(bytes.subarray(start));
    if (entries.length > maxFiles)
      throw new BuildFailure('SourceTooLarge', `The context has more than ${maxFiles} files.`);
  });
  return entries;
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
