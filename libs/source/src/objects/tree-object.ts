import { setImmediate } from 'node:timers/promises';

export type TreeEntryKind = 'file' | 'folder' | 'symlink' | 'submodule';

export interface TreeEntry {
  readonly kind: TreeEntryKind;
  readonly id: string;
}

const idBytes = 20;

/** Others in this process get their turn after this much of a tree. */
const turnBytes = 128 * 1024;

/**
 * One entry of a tree object: `<octal mode> SP <name> NUL <20 byte id>`, repeated.
 * @returns undefined if not there.
 * @throws the signal's reason
 */
export async function findTreeEntry(tree: Buffer, name: string, signal?: AbortSignal): Promise<TreeEntry | undefined> {
  const wanted = Buffer.from(name);
  let pauseAt = turnBytes;
  for (let at = 0; at < tree.length; ) {
    if (at >= pauseAt) {
      await setImmediate();
      signal?.throwIfAborted();
      pauseAt = at + turnBytes;
    }
    const space = tree.indexOf(32, at);
    const zero = tree.indexOf(0, space);
    if (space < 0 || zero < 0) return undefined;
    const next = zero + 1 + idBytes;
    if (zero - space - 1 === wanted.length && tree.compare(wanted, 0, wanted.length, space + 1, zero) === 0)
      return { kind: kindOfMode(tree.toString('latin1', at, space)), id: tree.toString('hex', zero + 1, next) };
    at = next;
  }
  return undefined;
}

/** An entry as it stands in the tree: `name` and `id` are views of its bytes. */
export interface RawTreeEntry {
  /** Octal. */
  readonly mode: string;
  readonly name: Buffer;
  readonly id: Buffer;
}

/** The entries of a tree object in their order. Ends where the bytes are no entry. */
export function* treeEntries(tree: Buffer): Generator<RawTreeEntry, undefined> {
  for (let at = 0; at < tree.length; ) {
    const space = tree.indexOf(32, at);
    const zero = tree.indexOf(0, space);
    const next = zero + 1 + idBytes;
    if (space < 0 || zero < 0 || next > tree.length) return;
    const mode = tree.toString('latin1', at, space);
    yield { mode, name: tree.subarray(space + 1, zero), id: tree.subarray(zero + 1, next) };
    at = next;
  }
}

/** Git's modes in octal: 40000 folder, 120000 symbolic link, 160000 submodule, 100644 and 100755 file. */
export function kindOfMode(mode: string): TreeEntryKind {
  if (/^0?40000$/.test(mode)) return 'folder';
  if (mode === '120000') return 'symlink';
  return mode === '160000' ? 'submodule' : 'file';
}
