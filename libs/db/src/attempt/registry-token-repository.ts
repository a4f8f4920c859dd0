import type { CacheUser, Lane } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** What a registry token of an attempt has to cover. */
export interface TokenNeed extends CacheUser {
  readonly attemptId: string;
  readonly buildId: string;
  readonly organizationId: string;
  readonly defaultBranch: string | null;
  readonly number: number;
}

/** The same of a build whose cache is to be exported, with the builder that has its results. */
export interface ExportNeed extends TokenNeed {
  readonly lane: Lane;
  readonly worker: string;
}

export interface SealedToken {
  readonly sealed: Uint8Array;
  /** Milliseconds for which it is good. */
  readonly ttlMs: number;
}

const needColumns = Prisma.sql`a.id::text AS "attemptId", b.id::text AS "buildId", b.project_id::text AS "projectId", b.organization_id AS "organizationId", b.zone, b.ref,
  b.platform, b.cache_policy AS "cachePolicy", b.cache_epoch AS "cacheEpoch", b.main_cache_epoch AS "mainCacheEpoch",
  b.target_ref AS "targetRef", b.target_cache_epoch AS "targetCacheEpoch", a.number, p.default_branch AS "defaultBranch"`;

/** The attempt may still push: its build wants it, and its builder lives as far as anybody knows. */
const open = Prisma.sql`b.attempt_number = a.number AND b.status IN ('queued', 'running')
  AND (a.state = 'dispatched' OR a.state = 'claimed' AND a.lease_until > now())`;

/** The export of the cache is due, and nothing else needs a token. */
const exporting = Prisma.sql`b.attempt_number = a.number AND b.status = 'succeeded' AND b.cache_export = 'pending' AND a.state = 'built'`;

/**
 * Registry tokens of attempts. Control mints them and keeps them fresh while the attempt's lease holds; the builder only
 * reads its own. After a fence nothing is renewed, and the old token dies by itself.
 */
export class RegistryTokenRepository {
  constructor(private readonly db: Database) {}

  /** Open attempts whose token is missing or dies within `marginMs`. */
  async findNeeds(marginMs: number): Promise<TokenNeed[]> {
    return this.db.prisma.$queryRaw<TokenNeed[]>`
      SELECT ${needColumns}
      FROM attempt a JOIN build b ON b.id = a.build_id JOIN project p ON p.id = b.project_id
      WHERE a.state IN ('dispatched', 'claimed') AND ${open}
        AND (a.registry_token_expires_at IS NULL OR a.registry_token_expires_at < now() + ${marginMs} * interval '1 millisecond')
      ORDER BY a.id LIMIT 500`;
  }

  /** What a build needs whose cache is to be exported; null when there is nothing to export (any more). */
  async needOfExport(buildId: string): Promise<ExportNeed | null> {
    const [row] = await this.db.prisma.$queryRaw<ExportNeed[]>`
      SELECT ${needColumns}, a.lane, a.worker_name AS worker
      FROM build b JOIN attempt a ON a.build_id = b.id JOIN project p ON p.id = b.project_id
      WHERE b.id = ${buildId}::uuid AND ${exporting}`;
    return row ?? null;
  }

  /** Without effect for an attempt that lost its right to a token while this one was minted. */
  put(attemptId: string, token: SealedToken): Promise<void> {
    return this.write(attemptId, token, Prisma.empty);
  }

  /** As `put`, and without effect if somebody holds the row: a builder may hold those of its attempts for as long as it likes. */
  renew(attemptId: string, token: SealedToken): Promise<void> {
    return this.write(attemptId, token, Prisma.sql`FOR UPDATE SKIP LOCKED`);
  }

  private async write(attemptId: string, { sealed, ttlMs }: SealedToken, lock: Prisma.Sql): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        WITH held AS (SELECT id FROM attempt WHERE id = ${attemptId}::uuid ${lock})
        UPDATE attempt a SET registry_token = ${Buffer.from(sealed)}, registry_token_expires_at = now() + ${ttlMs} * interval '1 millisecond'
        FROM held, build b WHERE a.id = held.id AND b.id = a.build_id AND (${open} OR ${exporting})`,
    );
  }

  /** The sealed token, and for how much longer it is good; null when there is none (any more). */
  async read(attemptId: string): Promise<{ sealed: Uint8Array; expiresInMs: number } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ token: Uint8Array | null; ms: number }[]>`
      SELECT registry_token_of(id) AS token, (extract(epoch FROM registry_token_expires_at - now()) * 1000)::float8 AS ms
      FROM attempt WHERE id = ${attemptId}::uuid AND state IN ('dispatched', 'claimed', 'built')`;
    return row?.token && row.ms > 0 ? { sealed: row.token, expiresInMs: row.ms } : null;
  }
}
