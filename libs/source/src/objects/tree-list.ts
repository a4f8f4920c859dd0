import { GitError } from '../git/git-error.js';
import { type BlobSizesOptions, blobSizes } from './blob-sizes.js';
import type { ObjectReader } from './object-reader.js';
import { type FoundEntry, type ListLimits, TreeWalk } from './tree-walk.js';

/** One file, symbolic link or submodule below a tree. */
export interface ListedEntry extends FoundEntry {
  /** 0 for submodules. The mirror's word: see `blobSizes`. */
  readonly sizeBytes: number;
}

export interface TreeListOptions extends BlobSizesOptions {
  readonly reader: ObjectReader;
  readonly limits: ListLimits;
}

/**
 * Everything below a tree, at any depth, in no order, without reading a file.
 * @throws {BuildFailure} `SourceTooLarge` beyond a limit
 */
export async function listTree(tree: string, options: TreeListOptions): Promise<ListedEntry[]> {
  const { reader, limits, timeoutMs, signal, ...repository } = options;
  const late = AbortSignal.timeout(timeoutMs);
  const either = signal ? AbortSignal.any([signal, late]) : late;
  try {
    const found = await new TreeWalk(reader, limits, either).of(tree);
    const ids = [...new Set(found.filter(({ kind }) => kind !== 'submodule').map(({ id }) => id))];
    const sizes = await blobSizes(ids, { ...repository, timeoutMs, signal: either });
    const sizeOf = new Map(ids.map((id, index) => [id, sizes[index]!]));
    return found.map((entry) => ({ ...entry, sizeBytes: entry.kind === 'submodule' ? 0 : sizeOf.get(entry.id)! }));
  } catch (error) {
    if (late.aborted && error === late.reason) throw new GitError('timeout', ['a tree took too long to be listed']);
    throw error;
  }
}
