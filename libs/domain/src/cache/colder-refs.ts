import {
  type CachePlace,
  type CacheReference,
  type CacheUser,
  cacheImports,
  cacheReference,
} from './cache-reference.js';
import { readOf } from './read-of.js';

/** A place that builds, by its newest build. */
export interface CacheReader extends CacheUser {
  /** Of the newest build. */
  readonly number: number;
}

/** A place whose next build starts colder. */
export interface ColderRef<R> {
  readonly reader: R;
  /** Refs of which it still finds one in the registry, best first; without any it starts cold. */
  readonly left: readonly string[];
}

/** What the registry holds of a reference, as far as it decides which one is read. */
export interface HeldPlace extends CachePlace {
  readonly writtenAt: Date;
}

/**
 * For whom it matters that some references of a project go: whoever would have read one of them, see `readOf`. What a builder has by itself
 * is not counted.
 * @param stored all that the registry holds of the project, what goes included
 */
export function colderRefs<R extends CacheReader>(
  projectId: string,
  readers: readonly R[],
  stored: readonly HeldPlace[],
  going: readonly CachePlace[],
  defaultBranch: string | null,
  now: Date,
): ColderRef<R>[] {
  const nameOfPlace = (place: CachePlace) => nameOf(cacheReference(projectId, place));
  const held = new Map(stored.map((place) => [nameOfPlace(place), place.writtenAt]));
  const lost = new Set(going.map(nameOfPlace));
  return readers.flatMap((reader) => {
    const reads = cacheImports(reader, defaultBranch).flatMap((read) => {
      const writtenAt = held.get(nameOf(read));
      return writtenAt ? [{ ...read, writtenAt }] : [];
    });
    const left = reads.filter((read) => !lost.has(nameOf(read)));
    // It reads one; the others matter once that is gone.
    return readOf(left, now) === readOf(reads, now) ? [] : [{ reader, left: left.map(({ ref }) => ref) }];
  });
}

function nameOf({ repository, tag }: CacheReference): string {
  return `${repository}:${tag}`;
}
