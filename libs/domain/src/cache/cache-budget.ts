import { HeldBlobs, type Weighed } from './held-blobs.js';

/**
 * Which references of a project go until the rest fits. What frees nothing stays, since others need all of its layers as
 * well, and so does what fits again once others are gone.
 * @param entries that may go, in the order in which they do: with the blobs that nothing else needs
 * @param excessBytes that have to be freed
 */
export function overBudget<T extends Weighed>(entries: readonly T[], excessBytes: number): T[] {
  const held = new HeldBlobs(entries);
  const gone = new Set<T>();
  let freed = 0;
  for (const entry of entries) {
    if (freed >= excessBytes) break;
    gone.add(entry);
    freed += held.remove(entry);
  }
  for (const entry of [...gone].toReversed()) {
    const added = held.add(entry);
    if (added > 0 && freed - added < excessBytes) held.remove(entry);
    else {
      gone.delete(entry);
      freed -= added;
    }
  }
  return [...gone];
}
