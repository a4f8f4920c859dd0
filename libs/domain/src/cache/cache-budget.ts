import type { CachePlace } from './cache-reference.js';
import type { Zone } from './zone.js';

/** What stands under one cache reference, as far as it decides when that goes. */
export interface StoredCache extends CachePlace {
  readonly bytes: number;
  readonly writtenAt: Date;
  /** When a build last found steps with it; null where none has. */
  readonly usedAt: Date | null;
}

/** Strangers' first, since nobody waits for them; what everybody reads last. */
const order: readonly Zone[] = ['fork', 'branch', 'protected'];

/**
 * Which references go until the rest fits: of each zone the longest unused first. The newest of the protected zone always
 * stays, however large: without it every build would be cold.
 * @param budgetBytes that all references of a project may weigh together
 */
export function overBudget<T extends StoredCache>(entries: readonly T[], budgetBytes: number): T[] {
  const newest = entries
    .filter(({ zone }) => zone === 'protected')
    .reduce<T | null>((a, b) => (a === null || b.writtenAt > a.writtenAt ? b : a), null);
  const going = entries
    .filter((entry) => entry !== newest)
    .toSorted((a, b) => order.indexOf(a.zone) - order.indexOf(b.zone) || lastTouch(a) - lastTouch(b));
  let bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  const gone: T[] = [];
  for (const entry of going) {
    if (bytes <= budgetBytes) break;
    gone.push(entry);
    bytes -= entry.bytes;
  }
  return gone;
}

/** When it was last of use, milliseconds since 1970. */
export function lastTouch({ writtenAt, usedAt }: StoredCache): number {
  return Math.max(writtenAt.getTime(), usedAt?.getTime() ?? 0);
}
