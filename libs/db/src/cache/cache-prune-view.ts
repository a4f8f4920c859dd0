import type { CachePlace, CacheRead, HeldPlace, PruneRule } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { isReadByAll, isUnused, touchedAt } from './cache-touch.js';

/** What a prune would do now. */
export interface PruneView {
  /** How many references would go, and how many fit as well and stay. */
  readonly going: number;
  readonly spared: number;
  /** What nothing that stays needs. */
  readonly freedBytes: number;
  /** Changes with whatever would go, and with what stands there. */
  readonly name: string;
}

/** A reference that would go. */
export interface PrunedPlace extends CachePlace {
  readonly bytes: number;
  readonly touchedAt: Date;
}

/** A reference that someone reads, and whether it would go. */
export interface ReadPlace extends HeldPlace {
  readonly isGoing: boolean;
}

/** References `e` of a project `p` that fit a rule. */
export const fitting = (projectId: string, { zone, text, unusedDays }: PruneRule): Prisma.Sql => Prisma.sql`
  cache_entry e JOIN project p ON p.id = e.project_id AND p.deleted_at IS NULL
  WHERE e.project_id = ${projectId}::uuid AND (${zone}::text IS NULL OR e.zone = ${zone})
    AND strpos(lower(e.ref), lower(${text})) > 0 AND ${isUnused(unusedDays)}`;

/** Whether one that fits stays: builds of every ref read it, and the rule does not name it. */
export const isSpared = ({ text }: PruneRule): Prisma.Sql => Prisma.sql`(${isReadByAll} AND e.ref <> ${text})`;

/** Names references `e`: an aggregate of 32 characters. */
export const nameOfAll = Prisma.sql`left(encode(sha256(coalesce(string_agg(line.hash, ''::bytea ORDER BY line.hash), '')), 'hex'), 32)`;
/** What of one goes into it. */
export const lineOf = Prisma.sql`LATERAL (SELECT sha256(convert_to(jsonb_build_array(e.zone, e.ref, e.platform, e.epoch, e.digest)::text, 'UTF8')) AS hash) line`;

/** What a rule would take of a project's caches. The server counts and weighs: only what a page shows is read. */
export class CachePruneView {
  constructor(private readonly db: Database) {}

  async of(projectId: string, rule: PruneRule): Promise<PruneView> {
    const [row] = await this.db.prisma.$queryRaw<[PruneView]>`
      WITH fit AS MATERIALIZED (
        SELECT e.id, e.zone, e.ref, e.platform, e.epoch, e.digest, ${isSpared(rule)} AS is_spared FROM ${fitting(projectId, rule)}
      ), lost AS (
        SELECT max(b.bytes) AS bytes FROM cache_blob b LEFT JOIN fit e ON e.id = b.entry_id AND NOT e.is_spared
        WHERE b.project_id = ${projectId}::uuid GROUP BY b.digest HAVING bool_and(e.id IS NOT NULL)
      )
      SELECT (SELECT count(*)::int FROM fit WHERE NOT is_spared) AS going, (SELECT count(*)::int FROM fit WHERE is_spared) AS spared,
        (SELECT coalesce(sum(bytes), 0)::float8 FROM lost) AS "freedBytes",
        (SELECT ${nameOfAll} FROM fit e, ${lineOf} WHERE NOT e.is_spared) AS name`;
    return row;
  }

  /** The largest first. */
  async going(projectId: string, rule: PruneRule, most: number): Promise<PrunedPlace[]> {
    return this.db.prisma.$queryRaw<PrunedPlace[]>`
      SELECT e.zone, e.ref, e.platform, e.epoch, e.bytes::float8 AS bytes, ${touchedAt} AS "touchedAt"
      FROM ${fitting(projectId, rule)} AND NOT ${isSpared(rule)} ORDER BY e.bytes DESC, e.id LIMIT ${most}`;
  }

  async spared(projectId: string, rule: PruneRule, most: number): Promise<CachePlace[]> {
    return this.db.prisma.$queryRaw<CachePlace[]>`
      SELECT e.zone, e.ref, e.platform, e.epoch FROM ${fitting(projectId, rule)} AND ${isSpared(rule)} ORDER BY e.ref, e.id LIMIT ${most}`;
  }

  /**
   * What is there of references that someone reads.
   * @param reads some thousand of them, each of its platform
   */
  async there(
    projectId: string,
    rule: PruneRule,
    reads: readonly (Pick<CacheRead, 'zone' | 'ref' | 'epoch'> & { readonly platform: string })[],
  ): Promise<ReadPlace[]> {
    const column = <K extends 'zone' | 'ref' | 'platform'>(key: K) => reads.map((read) => read[key] as string);
    return this.db.prisma.$queryRaw<ReadPlace[]>`
      WITH read AS (
        SELECT DISTINCT * FROM unnest(${column('zone')}::text[], ${column('ref')}::text[], ${column('platform')}::text[],
          ${reads.map(({ epoch }) => epoch)}::int[]) AS r(zone, ref, platform, epoch)
      ), fit AS (
        SELECT e.id FROM ${fitting(projectId, rule)} AND NOT ${isSpared(rule)}
      )
      SELECT e.zone, e.ref, e.platform, e.epoch, e.written_at AS "writtenAt", e.id IN (SELECT id FROM fit) AS "isGoing"
      FROM read r JOIN cache_entry e ON e.project_id = ${projectId}::uuid AND e.zone = r.zone AND e.ref = r.ref
        AND e.platform = r.platform AND e.epoch = r.epoch`;
  }
}
