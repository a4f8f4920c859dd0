import { createHash } from 'node:crypto';
import type { RepositoryName } from '../image/repository-name.js';
import type { CachePolicy } from './cache-policy.js';
import type { Zone } from './zone.js';

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

export interface CacheRead extends CacheReference {
  /** Who wrote it. */
  readonly zone: Zone;
  readonly ref: string;
}

/** A build, as far as it decides which caches it reads and writes. */
export interface CacheUser {
  readonly projectId: string;
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly platform: string;
  readonly cachePolicy: CachePolicy;
}

/** References to read, best first: the build's own, then the default branch's protected one, as far as its rule allows. */
export function cacheImports(user: CacheUser, defaultBranch: string | null): CacheRead[] {
  const { projectId, zone, ref, platform, cachePolicy } = user;
  if (cachePolicy === 'none') return [];
  const own = { ...cacheReference(projectId, zone, ref, platform), zone, ref };
  const mainRef = `refs/heads/${defaultBranch ?? ''}`;
  const main = {
    ...cacheReference(projectId, 'protected', mainRef, platform),
    zone: 'protected',
    ref: mainRef,
  } as const;
  const reads = own.repository === main.repository ? [own] : [own, main];
  return cachePolicy === 'protected_only' ? reads.filter((read) => read.zone === 'protected') : reads;
}

/** The only reference that a build writes; null where its rule wants no cache. */
export function cacheExport({ projectId, zone, ref, platform, cachePolicy }: CacheUser): CacheReference | null {
  return cachePolicy === 'none' ? null : cacheReference(projectId, zone, ref, platform);
}
