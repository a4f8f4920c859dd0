import type { Zone } from '@cooperage/domain';
import type { Database } from '../database.js';

export interface TokenNeed {
  readonly attemptId: string;
  readonly projectId: string;
  readonly zone: Zone;
  readonly ref: string;
  readonly platform: string;
  readonly defaultBranch: string | null;
  readonly number: number;
}

/**
 * Registry tokens of attempts. Control mints them and keeps them fresh while the attempt's lease holds; the builder only
 * reads its own. After a fence nothing is renewed, and the old token dies by itself.
 */
export class RegistryTokenRepository {
  constructor(private readonly db: Database) {}

  /** Open attempts whose token is missing or dies within `marginMs`. */
  async findNeeds(marginMs: number): Promise<TokenNeed[]> {
    return this.db.prisma.$queryRaw<TokenNeed[]>`
      SELECT a.id::text AS "attemptId", b.project_id::text AS "projectId", b.zone, b.ref, b.platform, a.number,
        p.default_branch AS "defaultBranch"
      FROM attempt a JOIN build b ON b.id = a.build_id AND b.attempt_number = a.number JOIN project p ON p.id = b.project_id
      WHERE (a.state = 'dispatched' OR (a.state = 'claimed' AND a.lease_until > now())) AND b.status IN ('queued', 'running')
        AND (a.registry_token_expires_at IS NULL OR a.registry_token_expires_at < now() + ${marginMs} * interval '1 millisecond')
      ORDER BY a.id LIMIT 500`;
  }

  /** What a finished build needs to export its cache; null when it has no good attempt. */
  async needOfBuild(buildId: string): Promise<TokenNeed | null> {
    const [row] = await this.db.prisma.$queryRaw<TokenNeed[]>`
      SELECT a.id::text AS "attemptId", b.project_id::text AS "projectId", b.zone, b.ref, b.platform, a.number,
        p.default_branch AS "defaultBranch"
      FROM build b JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number JOIN project p ON p.id = b.project_id
      WHERE b.id = ${buildId}::uuid AND a.state = 'built' AND b.status = 'succeeded'`;
    return row ?? null;
  }

  async put(attemptId: string, sealed: Uint8Array, ttlMs: number): Promise<void> {
    await this.db.prisma.$executeRaw`
      UPDATE attempt SET registry_token = ${Buffer.from(sealed)}, registry_token_expires_at = now() + ${ttlMs} * interval '1 millisecond'
      WHERE id = ${attemptId}::uuid AND state IN ('dispatched', 'claimed', 'built')`;
  }

  /** The sealed token, and for how much longer it is good; null when there is none (any more). */
  async read(attemptId: string): Promise<{ sealed: Uint8Array; expiresInMs: number } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ token: Uint8Array | null; ms: number }[]>`
      SELECT registry_token AS token, (extract(epoch FROM registry_token_expires_at - now()) * 1000)::float8 AS ms
      FROM attempt WHERE id = ${attemptId}::uuid AND state IN ('dispatched', 'claimed', 'built')`;
    return row?.token && row.ms > 0 ? { sealed: row.token, expiresInMs: row.ms } : null;
  }
}
