import type { FetchLimits } from './fetch-filter.ts';

/** What an engine fetches images from near it. */
export interface EngineRegistries {
  /** Spoken to without TLS. */
  readonly insecure: readonly string[];
  /** Asked first for images of Docker Hub; what it lacks is fetched from there. */
  readonly mirror?: string;
  /** What else that is near the engine may fetch from, as `host:port`. */
  readonly reachable?: readonly string[];
  /** What one connection of the engine may bring. */
  readonly mostFetchBytes?: number;
}

export function fetchLimits(registries: EngineRegistries): FetchLimits {
  const { insecure, mirror, reachable = [], mostFetchBytes: mostBytes } = registries;
  return { reachable: [...insecure, ...(mirror ? [mirror] : []), ...reachable], ...(mostBytes && { mostBytes }) };
}
