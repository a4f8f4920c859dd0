import { type CacheRead, type CacheUser, cacheImports, readOf, type StoredRead } from '@cooperage/domain';
import type { Database } from '../database.js';

/** One of the caches that a build may read, by what is written down of it. */
export interface WantedCache extends CacheRead {
  /** Of the manifest that the export left; null where nobody wrote it down. */
  readonly digest: string | null;
}

/** Which cache of the registry a build reads. */
export class CacheReadRepository {
  constructor(private readonly db: Database) {}

  /** Those that it may read, best first: the one by `readOf`, then the others, for an engine that looks for itself. */
  async wanted(user: CacheUser, defaultBranch: string | null): Promise<WantedCache[]> {
    const chain = cacheImports(user, defaultBranch);
    if (chain.length === 0) return [];
    const places = chain.map(({ zone, ref, epoch }) => ({ zone, ref, epoch }));
    const rows = await this.db.prisma.cacheEntry.findMany({
      where: { projectId: user.projectId, platform: user.platform, OR: places },
      select: { zone: true, ref: true, epoch: true, writtenAt: true, digest: true },
    });
    const caches = chain.map((read): WantedCache & Partial<StoredRead> => {
      const row = rows.find(({ zone, ref, epoch }) => zone === read.zone && ref === read.ref && epoch === read.epoch);
      return { digest: null, ...row, ...read };
    });
    const best = readOf(caches.filter(isStored), new Date());
    return best ? [best, ...caches.filter((cache) => cache !== best)] : caches;
  }
}

function isStored(cache: WantedCache & Partial<StoredRead>): cache is WantedCache & StoredRead {
  return cache.writtenAt !== undefined;
}
