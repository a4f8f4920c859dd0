/**
 * Paths that differ between two heads. `too_many` beyond `changedPathLimits`; null when there is nothing to compare with.
 * Rules with paths count as matching for both.
 */
export type ChangedPaths = readonly string[] | 'too_many' | null;

/** How much one comparison of two heads may find. A few nested folders name far more paths than they have bytes. */
export const changedPathLimits = {
  paths: 100_000,
  /** Folders that differ, or are only in one of the heads. */
  folders: 50_000,
  /** Names of those paths and folders together, from the root on. */
  pathBytes: 16 * 1024 * 1024,
  /** Content of folders that is read. */
  folderBytes: 256 * 1024 * 1024,
} as const;

/** Paths that differ from at least one of two older heads. */
export function bothChanged(one: ChangedPaths, other: ChangedPaths): ChangedPaths {
  if (one === null || other === null) return null;
  if (one === 'too_many' || other === 'too_many') return 'too_many';
  const paths = new Set(one);
  for (const path of other) paths.add(path);
  return paths.size > changedPathLimits.paths ? 'too_many' : [...paths];
}
