import { createHash } from 'node:crypto';
import type { RepositoryName } from '../image/repository-name.js';
import type { CachePolicy } from './cache-policy.js';
import { inEpoch } from './epoch.js';
import type { CacheRole } from './read-facts.js';
import type { Zone } from './zone.js';

export interface CacheReference {
  readonly repository: RepositoryName;
  readonly tag: string;
}

/** The repository into which builds of one zone push by digest; nothing there is ever tagged. */
export function stagingRepository(projectId: string, zone: Zone): RepositoryName {
  return `staging/${projectId}/${zone}`;
}

/** What has a cache reference of its own in the registry. */
export interface CachePlace {
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly platform: string;
  /** Number of the reset that it began with; 0 where there was none. */
  readonly epoch: number;
}

/**
 * One cache reference per zone, branch and platform. The ref is hashed: a branch name is a stranger's text. After a reset it
 * has a repository of its own, so that no token of an earlier build reaches it.
 */
export function cacheReference(projectId: string, { zone, ref, platform, epoch }: CachePlace): CacheReference {
  return {
    repository: inEpoch(`cache/${projectId}/${zone}/${hashOfRef(ref)}`, epoch, '-'),
    tag: platform.replaceAll('/', '-'),
  };
}

/** What stands for a ref in the names of caches. */
export function hashOfRef(ref: string): string {
  return createHash('sha256').update(ref).digest('hex').slice(0, 20);
}

/** Whether builds of every other ref read it after their own: what the default branch left. */
export function isReadByAll({ zone, ref }: Pick<CachePlace, 'zone' | 'ref'>, defaultBranch: string | null): boolean {
  return zone === 'protected' && ref === `refs/heads/${defaultBranch ?? ''}`;
}

export interface CacheRead extends CacheReference {
  readonly role: CacheRole;
  /** Who wrote it. */
  readonly zone: Zone;
  readonly ref: string;
  readonly epoch: number;
}

/** A build, as far as it decides which caches it reads and writes. */
export interface CacheUser {
  readonly projectId: string;
  readonly zone: Zone;
  /** Full ref. */
  readonly ref: string;
  readonly platform: string;
  readonly cachePolicy: CachePolicy;
  /** Epoch of its own place, see `CachePlace`. */
  readonly cacheEpoch: number;
  /** The protected branch that it is to be merged into, see `readableTarget`; its full ref and epoch. */
  readonly targetRef: string | null;
  readonly targetCacheEpoch: number;
  /** Epoch of the default branch. */
  readonly mainCacheEpoch: number;
}

/**
 * References of which a build reads one (`readOf`), best first: the build's own, that of the protected branch that it is to be merged into, then the
 * default branch's; as far as its rule allows.
 */
export function cacheImports(user: CacheUser, defaultBranch: string | null): CacheRead[] {
  const { zone, ref, cachePolicy, targetRef } = user;
  if (cachePolicy === 'none') return [];
  const read = (role: CacheRole, place: Pick<CacheRead, 'zone' | 'ref'>, epoch: number): CacheRead => ({
    ...cacheReference(user.projectId, { ...place, platform: user.platform, epoch }),
    ...{ role, ...place, epoch },
  });
  const own = read('own', { zone, ref }, user.cacheEpoch);
  const target =
    targetRef === null ? [] : [read('target', { zone: 'protected', ref: targetRef }, user.targetCacheEpoch)];
  const mainRef = `refs/heads/${defaultBranch ?? ''}`;
  const isMain = isReadByAll(user, defaultBranch);
  const main = isMain ? [] : [read('main', { zone: 'protected', ref: mainRef }, user.mainCacheEpoch)];
  const reads = [own, ...target, ...main];
  return cachePolicy === 'protected_only' ? reads.filter((each) => each.zone === 'protected') : reads;
}

/** The only reference that a build writes; null where its rule wants no cache. */
export function cacheExport(user: CacheUser): CacheReference | null {
  const { projectId, zone, ref, platform, cachePolicy, cacheEpoch } = user;
  return cachePolicy === 'none' ? null : cacheReference(projectId, { zone, ref, platform, epoch: cacheEpoch });
}
