import type { CachePlace, EvictionWords, Zone } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { blobShares, weightOf } from './cache-weight.js';

/** What stands under one cache reference of the registry. */
export interface CacheEntryRecord extends CachePlace {
  readonly id: string;
  readonly digest: string;
  readonly bytes: number;
  /** What of it no other reference of the project holds, and what others hold as well; null where it was not written down. */
  readonly aloneBytes: number | null;
  readonly sharedBytes: number | null;
  /** The build that wrote it last. */
  readonly buildNumber: number;
  readonly writtenAt: Date;
  /** The newest build that read it and found steps, in it or in its builder. */
  readonly lastUsed: { readonly number: number; readonly at: Date } | null;
}

export interface CacheEntryFilter {
  readonly zone: Zone | null;
  /** Part of the ref. */
  readonly text: string;
  readonly sort: 'size' | 'used';
}

/** A reference that has blobs of another one, and how many bytes of them. */
export interface CacheSharer extends CachePlace {
  readonly bytes: number;
}

export interface CacheEvictionRecord extends CachePlace, EvictionWords {
  readonly id: string;
  /** Null where nobody had weighed it. */
  readonly bytes: number | null;
  /** What of it no other reference needed then. */
  readonly freedBytes: number | null;
  /** Whose word it was, and why; null where no person asked for it. */
  readonly actorName: string | null;
  readonly reason: string | null;
  readonly at: Date;
}

export interface CacheWeight {
  readonly bytes: number;
  readonly budgetBytes: number | null;
  readonly budgetOf: 'project' | 'organization' | null;
}

type EntryRow = Omit<CacheEntryRecord, 'lastUsed'> & {
  readonly usedNumber: number | null;
  readonly usedAt: Date | null;
  readonly rank: number;
  readonly weighed: boolean;
};

const entryColumns = Prisma.sql`e.id::text, e.zone, e.ref, e.platform, e.epoch, e.digest, e.bytes::float8 AS bytes, e.build_number AS "buildNumber",
          e.written_at AS "writtenAt", e.used_number AS "usedNumber", e.used_at AS "usedAt", e.blob_digests <> '{}' AS weighed`;
const shareColumns = Prisma.sql`CASE WHEN e.weighed THEN share.alone END AS "aloneBytes", CASE WHEN e.weighed THEN share.others END AS "sharedBytes"`;

/** What the registry holds of a project's caches, as builders wrote it down, and what was deleted of it. */
export class CacheStoreRepository {
  constructor(private readonly db: Database) {}

  /** The largest, or the longest unused, first. */
  async entries(
    projectId: string,
    filter: CacheEntryFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<CacheEntryRecord>> {
    const [rank, id] = query.after?.split(' ') ?? [];
    const rows = await this.db.prisma.$queryRaw<EntryRow[]>`
      SELECT e.*, ${shareColumns} FROM (
        SELECT * FROM (
          SELECT ${entryColumns},
            ${filter.sort === 'size' ? Prisma.sql`e.bytes::float8` : Prisma.sql`-extract(epoch FROM coalesce(e.used_at, e.written_at))::float8`} AS rank
          FROM cache_entry e
          WHERE e.project_id = ${projectId}::uuid AND (${filter.zone}::text IS NULL OR e.zone = ${filter.zone})
            AND strpos(lower(e.ref), lower(${filter.text})) > 0
        ) ranked
        WHERE ${id ?? null}::text IS NULL OR (rank, id) < (${Number(rank ?? 0)}::float8, ${id ?? null}::text)
        ORDER BY rank DESC, id DESC LIMIT ${query.limit + 1}
      ) e, LATERAL ${blobShares(Prisma.sql`e.id::uuid`)} share ORDER BY rank DESC, id DESC`;
    return toPage(rows, query.limit, (row) => `${row.rank} ${row.id}`, toEntry);
  }

  async entry(projectId: string, id: string): Promise<CacheEntryRecord | null> {
    const [row] = await this.db.prisma.$queryRaw<EntryRow[]>`
      SELECT e.*, ${shareColumns} FROM (SELECT ${entryColumns}, 0::float8 AS rank FROM cache_entry e
        WHERE e.project_id = ${projectId}::uuid AND e.id = ${id}::uuid) e, LATERAL ${blobShares(Prisma.sql`e.id::uuid`)} share`;
    return row ? toEntry(row) : null;
  }

  /** Which other references hold blobs of one, those with the most bytes first. */
  async sharers(projectId: string, id: string, limit: number): Promise<CacheSharer[]> {
    return this.db.prisma.$queryRaw<CacheSharer[]>`
      SELECT o.zone, o.ref, o.platform, o.epoch, sum(blob.bytes)::float8 AS bytes
      FROM cache_blob blob JOIN cache_blob other ON other.project_id = blob.project_id AND other.digest = blob.digest AND other.entry_id <> blob.entry_id
        JOIN cache_entry o ON o.id = other.entry_id
      WHERE blob.project_id = ${projectId}::uuid AND blob.entry_id = ${id}::uuid
      GROUP BY o.id, o.zone, o.ref, o.platform, o.epoch ORDER BY bytes DESC, o.id LIMIT ${limit}`;
  }

  /** What all references of a project weigh together, and what they may; null for anything. */
  async weight(projectId: string): Promise<CacheWeight> {
    const [[sum], project] = await Promise.all([
      this.db.prisma.$queryRaw<[{ bytes: number }]>`SELECT ${weightOf(Prisma.sql`${projectId}::uuid`)} AS bytes`,
      this.db.prisma.project.findUniqueOrThrow({
        where: { id: projectId },
        select: { cacheBudgetBytes: true, organization: { select: { cacheBudgetBytes: true } } },
      }),
    ]);
    const budget = project.cacheBudgetBytes ?? project.organization.cacheBudgetBytes;
    return {
      bytes: sum.bytes,
      budgetBytes: budget === null ? null : Number(budget),
      budgetOf: budget === null ? null : project.cacheBudgetBytes === null ? 'organization' : 'project',
    };
  }

  /** The newest first. */
  async evictions(projectId: string, query: KeysetQuery): Promise<KeysetPage<CacheEvictionRecord>> {
    const rows = await this.db.prisma.$queryRaw<CacheEvictionRecord[]>`
      SELECT v.id::text, v.zone, v.ref, v.platform, v.epoch, v.bytes::float8 AS bytes, v.freed_bytes::float8 AS "freedBytes", v.why, v.unused_days AS "unusedDays", v.at,
        coalesce(r.actor_name, p.actor_name) AS "actorName", coalesce(r.reason, p.reason) AS reason
      FROM cache_eviction v LEFT JOIN cache_reset r ON r.id = v.cause_id LEFT JOIN cache_prune p ON p.id = v.cause_id
      WHERE v.project_id = ${projectId}::uuid AND (${query.after}::uuid IS NULL OR v.id < ${query.after}::uuid)
      ORDER BY v.id DESC LIMIT ${query.limit + 1}`;
    return toPage(
      rows,
      query.limit,
      ({ id }) => id,
      (row) => row,
    );
  }
}

function toEntry({ usedNumber, usedAt, rank: _rank, weighed: _weighed, ...row }: EntryRow): CacheEntryRecord {
  return { ...row, lastUsed: usedNumber === null || usedAt === null ? null : { number: usedNumber, at: usedAt } };
}
