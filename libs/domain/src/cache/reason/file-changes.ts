import { mergeByKey } from '../../compare/merge-by-key.js';
import type { ManifestEntry } from './context-manifest.js';

export interface FileChange {
  readonly path: string;
  /** Git's id of the content; null where it is not there. */
  readonly before: string | null;
  readonly after: string | null;
  /** Permission bits, where they alone are others. */
  readonly mode: { readonly before: number; readonly after: number } | null;
}

export interface FileChanges {
  /** The first of them, in the order of their paths. */
  readonly changes: readonly FileChange[];
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
}

const mostNamed = 50;

/** What differs between two parts of a context; null when nothing does. */
export function changedFiles(before: readonly ManifestEntry[], after: readonly ManifestEntry[]): FileChanges | null {
  const pairs = mergeByKey(before, after, ({ path }) => path).filter(({ a, b }) => !isEqual(a, b));
  if (pairs.length === 0) return null;
  const changes = pairs.slice(0, mostNamed).map(({ a, b }): FileChange => {
    const mode = a && b && a.blobId === b.blobId ? { before: a.mode, after: b.mode } : null;
    return { path: (b ?? a)!.path, before: a?.blobId ?? null, after: b?.blobId ?? null, mode };
  });
  const added = pairs.filter(({ a }) => a === null).length;
  const removed = pairs.filter(({ b }) => b === null).length;
  return { changes, added, removed, changed: pairs.length - added - removed };
}

function isEqual(a: ManifestEntry | null, b: ManifestEntry | null): boolean {
  return a !== null && b !== null && a.mode === b.mode && a.blobId === b.blobId && a.kind === b.kind;
}
