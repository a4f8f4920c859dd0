export interface HeldRows {
  readonly shown: readonly string[];
  /** New ones that wait for the reader. */
  readonly held: readonly string[];
}

/**
 * Which rows of a list, newest first, are shown. Ids sort by time: what is newer than `newestShown` is held back, what has
 * gone or changed is as the server says.
 */
export function heldRows(ids: readonly string[], newestShown: string): HeldRows {
  return { shown: ids.filter((id) => id <= newestShown), held: ids.filter((id) => id > newestShown) };
}
