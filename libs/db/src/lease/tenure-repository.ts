import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';

/** The right to write tags and referrers of one project's repository, until a moment by the database's clock. */
export interface Tenure {
  readonly projectId: string;
  readonly instanceId: string;
  /** Only grows; a write in the name of an older fence is refused. */
  readonly fence: bigint;
  /** Milliseconds from now for which the tenure, and any registry token minted in its name, may live. */
  readonly leaseMs: number;
}

export type TenureOutcome =
  | { readonly ok: true; readonly tenure: Tenure }
  /** Somebody else may still write: try again after this many milliseconds. */
  | { readonly ok: false; readonly waitMs: number };

/**
 * Publisher tenures. A successor waits until the last token of its predecessor is dead for the registry, unless the
 * predecessor's supervisor has seen it exit: then nobody is left who could use that token.
 */
export class TenureRepository {
  constructor(private readonly db: Database) {}

  /** Takes or renews. Tokens minted in its name must be dead for the registry, leeway included, when the lease ends. */
  async acquire(projectId: string, instanceId: string, leaseMs: number): Promise<TenureOutcome> {
    const [row] = await this.db.prisma.$queryRaw<{ fence: bigint }[]>`
      INSERT INTO publisher_tenure AS t (project_id, instance_id, fence, lease_until, token_dead_at)
      VALUES (${projectId}::uuid, ${instanceId}::uuid, 1, now() + ${leaseMs} * interval '1 millisecond', now() + ${leaseMs} * interval '1 millisecond')
      ON CONFLICT (project_id) DO UPDATE SET
        instance_id = excluded.instance_id,
        fence = CASE WHEN t.instance_id = excluded.instance_id AND t.lease_until > now() THEN t.fence ELSE t.fence + 1 END,
        lease_until = excluded.lease_until,
        token_dead_at = excluded.token_dead_at
      WHERE t.instance_id = excluded.instance_id
        OR (t.lease_until <= now() AND t.token_dead_at <= now())
        OR EXISTS (SELECT 1 FROM process_instance p WHERE p.id = t.instance_id AND p.end_reason = 'exited')
      RETURNING fence`;
    if (row) return { ok: true, tenure: { projectId, instanceId, fence: row.fence, leaseMs } };
    return { ok: false, waitMs: await this.waitMs(projectId) };
  }

  private async waitMs(projectId: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ ms: number }[]>`
      SELECT greatest(0, extract(epoch FROM greatest(lease_until, token_dead_at) - now()) * 1000)::float8 AS ms
      FROM publisher_tenure WHERE project_id = ${projectId}::uuid`;
    return Math.ceil(row?.ms ?? 0);
  }
}

/** Locks the tenure's row and says whether it still is the caller's; to be called inside the transaction it guards. */
export async function holdsTenureIn(tx: Prisma.TransactionClient, tenure: Tenure): Promise<boolean> {
  const rows = await tx.$queryRaw<{ ok: number }[]>`
    SELECT 1 AS ok FROM publisher_tenure
    WHERE project_id = ${tenure.projectId}::uuid AND instance_id = ${tenure.instanceId}::uuid AND fence = ${tenure.fence}
      AND lease_until > now()
    FOR SHARE`;
  return rows.length === 1;
}
