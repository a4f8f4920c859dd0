import {
  type CachePlace,
  type CacheReference,
  type CacheUser,
  cacheImports,
  cacheReference,
} from './cache-reference.js';

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

/**
 * For whom it matters that some references of a project go: whoever would have read one of them. What a builder has by itself
 * is not counted.
 * @param stored all that the registry holds of the project, what goes included
 */
export function colderRefs<R extends CacheReader>(
  projectId: string,
  readers: readonly R[],
  stored: readonly CachePlace[],
  going: readonly CachePlace[],
  defaultBranch: string | null,
): ColderRef<R>[] {
  const names = (places: readonly CachePlace[]) =>
    new Set(places.map((place) => nameOf(cacheReference(projectId, place))));
  const [held, lost] = [names(stored), names(going)];
  return readers.flatMap((reader) => {
    const reads = cacheImports(reader, defaultBranch).filter((read) => held.has(nameOf(read)));
    const left = reads.filter((read) => !lost.has(nameOf(read)));
    // It reads the first one; what is behind that matters once it is gone.
    return left[0] === reads[0] ? [] : [{ reader, left: left.map(({ ref }) => ref) }];
  });
}

function nameOf({ repository, tag }: CacheReference): string {
  return `${repository}:${tag}`;
}
