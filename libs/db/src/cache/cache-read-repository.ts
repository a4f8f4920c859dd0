import { type CacheRead, type CacheUser, cacheImports, readOf, type StoredRead } from '@cooperage/domain';
import type { Database } from '../database.js';

/** Which cache of the registry a build reads. */
export class CacheReadRepository {
  constructor(private readonly db: Database) {}

  /** Null where none of those that it may read is there. */
  async of(user: CacheUser, defaultBranch: string | null): Promise<CacheRead | null> {
    const chain = cacheImports(user, defaultBranch);
    if (chain.length === 0) return null;
    const rows = await this.db.prisma.cacheEntry.findMany({
      where: {
        projectId: user.projectId,
        platform: user.platform,
        OR: chain.map(({ zone, ref, epoch }) => ({ zone, ref, epoch })),
      },
      select: { zone: true, ref: true, epoch: true, writtenAt: true },
    });
    const there = chain.flatMap((read): StoredRead[] => {
      const row = rows.find(({ zone, ref, epoch }) => zone === read.zone && ref === read.ref && epoch === read.epoch);
      return row ? [{ ...read, writtenAt: row.writtenAt }] : [];
    });
    return readOf(there, new Date());
  }
}
