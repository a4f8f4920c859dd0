import type { CachePlace } from './cache-reference.js';
import { HeldBlobs, type Weighed } from './held-blobs.js';
import type { Zone } from './zone.js';

/** What stands under one cache reference, as far as it decides when that goes. */
export interface StoredCache extends CachePlace, Weighed {
  readonly writtenAt: Date;
  /** When a build last found steps with it; null where none has. */
  readonly usedAt: Date | null;
  /** Builds of every ref read it: the default branch left it, see `isReadByAll`. */
  readonly readByAll: boolean;
}

/** Strangers' first, since nobody waits for them; what everybody reads last. */
const order: readonly Zone[] = ['fork', 'branch', 'protected'];

/**
 * What no limit deletes: the newest that the default branch left, or else the newest of the protected zone. Without it every
 * build would be cold. Null where there is neither.
 */
export function alwaysKept<T extends StoredCache>(entries: readonly T[]): T | null {
  const newest = (some: readonly T[]) =>
    some.reduce<T | null>((a, b) => (a === null || b.writtenAt > a.writtenAt ? b : a), null);
  return (
    newest(entries.filter(({ readByAll }) => readByAll)) ?? newest(entries.filter(({ zone }) => zone === 'protected'))
  );
}

/**
 * Which references go until the rest fits: of each zone the longest unused first; see also `alwaysKept`. What
 * frees nothing stays, since others need all of its layers as well, and so does what fits again once others are gone.
 * @param budgetBytes that all references of a project may weigh together, a blob that several of them need counted once
 */
export function overBudget<T extends StoredCache>(entries: readonly T[], budgetBytes: number): T[] {
  const kept = alwaysKept(entries);
  const going = entries
    .filter((entry) => entry !== kept)
    .toSorted((a, b) => order.indexOf(a.zone) - order.indexOf(b.zone) || lastTouch(a) - lastTouch(b));
  const held = new HeldBlobs(entries);
  const gone = new Set<T>();
  for (const entry of going) {
    if (held.bytes <= budgetBytes) break;
    gone.add(entry);
    held.remove(entry);
  }
  for (const entry of [...gone].toReversed()) {
    const added = held.add(entry);
    if (added > 0 && held.bytes > budgetBytes) held.remove(entry);
    else gone.delete(entry);
  }
  return [...gone];
}

/** When it was last of use, milliseconds since 1970. */
export function lastTouch({ writtenAt, usedAt }: StoredCache): number {
  return Math.max(writtenAt.getTime(), usedAt?.getTime() ?? 0);
}
