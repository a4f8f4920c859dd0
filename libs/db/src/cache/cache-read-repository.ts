import { type CacheCandidate, type CacheUser, cacheImports, type EvictionCause, resultSpace } from '@cooperage/domain';
import { toBuildRecord } from '../build/build-mapping.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

interface KnownRow {
  readonly place: number;
  readonly digest: string | null;
  readonly writtenAt: Date | null;
  readonly writtenBy: number | null;
  readonly why: EvictionCause | null;
  readonly unusedDays: number | null;
}

/** What is written down of the caches that a build may read. */
export class CacheReadRepository {
  constructor(private readonly db: Database) {}

  /** All of `cacheImports`, in its order. */
  async candidates(user: CacheUser, defaultBranch: string | null): Promise<CacheCandidate[]> {
    const chain = cacheImports(user, defaultBranch);
    if (chain.length === 0) return [];
    const places = chain.map(
      ({ zone, ref, epoch }, place) => Prisma.sql`(${place}::int, ${zone}, ${ref}, ${epoch}::int)`,
    );
    const rows = await this.db.prisma.$queryRaw<KnownRow[]>`
      SELECT c.place, e.digest, e.written_at AS "writtenAt", e.build_number AS "writtenBy", v.why, v.unused_days AS "unusedDays"
      FROM (VALUES ${Prisma.join(places)}) AS c(place, zone, ref, epoch)
      LEFT JOIN cache_entry e ON e.project_id = ${user.projectId}::uuid AND e.platform = ${user.platform}
        AND e.zone = c.zone AND e.ref = c.ref AND e.epoch = c.epoch
      LEFT JOIN LATERAL (SELECT why, unused_days FROM cache_eviction v
        WHERE e.digest IS NULL AND v.project_id = ${user.projectId}::uuid AND v.platform = ${user.platform}
          AND v.zone = c.zone AND v.ref = c.ref AND v.epoch = c.epoch ORDER BY v.id DESC LIMIT 1) v ON true`;
    return chain.map((read, place) => ({ ...read, ...knownOf(rows.find((row) => row.place === place)) }));
  }

  /** Where the results of a build's steps were when it was built, and so in what it left; null where that is not known any more. */
  async spaceOf(projectId: string, buildNumber: number): Promise<string | null> {
    const row = await this.db.prisma.attempt.findFirst({
      where: { state: 'built', build: { projectId, number: buildNumber } },
      select: { id: true, resultSpace: true, build: true },
    });
    return row && (row.resultSpace ?? resultSpace({ ...toBuildRecord(row.build), attemptId: row.id }));
  }
}

function knownOf(row: KnownRow | undefined): Pick<CacheCandidate, 'stored' | 'evicted'> {
  const { digest = null, writtenAt = null, writtenBy = null, why = null, unusedDays = null } = row ?? {};
  return {
    stored: digest && writtenAt && writtenBy !== null ? { digest, writtenAt, writtenBy } : null,
    evicted: why && { why, unusedDays },
  };
}
