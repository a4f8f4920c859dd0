import { createHash } from 'node:crypto';
import type { RepositoryName } from '../image/repository-name.js';

/** Who may write a cache. `branch` and `fork` also read what `protected` wrote; nobody writes another's. */
export const zones = ['protected', 'branch', 'fork'] as const;
export type Zone = (typeof zones)[number];

export interface ZoneInput {
  /** Full ref, for example `refs/heads/main`. */
  readonly ref: string;
  readonly defaultBranch: string;
  readonly fromFork: boolean;
}

/** Default branch and tags are `protected`, other branches `branch`, everything from a fork `fork`. */
export function zoneOf(input: ZoneInput): Zone {
  if (input.fromFork) return 'fork';
  if (input.ref === `refs/heads/${input.defaultBranch}` || input.ref.startsWith('refs/tags/')) return 'protected';
  return 'branch';
}

export interface CacheReference {
  readonly repository: RepositoryName;
  readonly tag: string;
}

/** The repository into which builds of one zone push by digest; nothing there is ever tagged. */
export function stagingRepository(projectId: string, zone: Zone): RepositoryName {
  return `staging/${projectId}/${zone}`;
}

/** One cache reference per zone, branch and platform. The ref is hashed: a branch name is a stranger's text. */
export function cacheReference(projectId: string, zone: Zone, ref: string, platform: string): CacheReference {
  const hash = createHash('sha256').update(ref).digest('hex').slice(0, 20);
  return { repository: `cache/${projectId}/${zone}/${hash}`, tag: platform.replaceAll('/', '-') };
}

/** References to read, best first: the build's own, then the default branch's protected one. */
export function cacheImports(
  projectId: string,
  zone: Zone,
  ref: string,
  defaultBranch: string,
  platform: string,
): CacheReference[] {
  const own = cacheReference(projectId, zone, ref, platform);
  const fallback = cacheReference(projectId, 'protected', `refs/heads/${defaultBranch}`, platform);
  return own.repository === fallback.repository ? [own] : [own, fallback];
}
