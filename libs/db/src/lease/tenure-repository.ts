import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

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
 * predecessor has given the tenure back, or its supervisor has seen it exit: then nobody is left who could use that token.
 * A process is its own predecessor too: a request that it gave up may still reach the registry.
 */
export class TenureRepository {
  constructor(private readonly db: Database) {}

  /** Takes it. Tokens minted in its name must be dead for the registry, leeway included, when the lease ends. */
  async acquire(projectId: string, instanceId: string, leaseMs: number): Promise<TenureOutcome> {
    const end = Prisma.sql`now() + ${leaseMs} * interval '1 millisecond'`;
    const rows = await this.db.statement(
      (db) => db.$queryRaw<{ fence: bigint }[]>`
        INSERT INTO publisher_tenure AS t (project_id, instance_id, fence, lease_until, token_dead_at)
        SELECT id, ${instanceId}::uuid, 1, ${end}, ${end} FROM project WHERE id = ${projectId}::uuid
        ON CONFLICT (project_id) DO UPDATE SET instance_id = excluded.instance_id, fence = t.fence + 1,
          lease_until = excluded.lease_until, token_dead_at = excluded.token_dead_at
        WHERE (t.lease_until <= now() AND t.token_dead_at <= now())
          OR EXISTS (SELECT 1 FROM process_instance p WHERE p.id = t.instance_id AND p.end_reason = 'exited')
        RETURNING fence`,
    );
    const [row] = rows;
    if (row) return { ok: true, tenure: { projectId, instanceId, fence: row.fence, leaseMs } };
    return { ok: false, waitMs: await this.waitMs(projectId) };
  }

  /** Keeps it for another lease. False when it is over: then it is not taken anew either. */
  async renew({ projectId, instanceId, fence, leaseMs }: Tenure): Promise<boolean> {
    const end = Prisma.sql`now() + ${leaseMs} * interval '1 millisecond'`;
    const renewed = await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE publisher_tenure SET lease_until = ${end}, token_dead_at = ${end}
        WHERE project_id = ${projectId}::uuid AND instance_id = ${instanceId}::uuid AND fence = ${fence} AND lease_until > now()`,
    );
    return renewed === 1;
  }

  /** Gives it back at once: the columns hold milliseconds and would round up. Only for a holder with no request under way: a token that it forgets now harms nobody. */
  async release({ projectId, instanceId, fence }: Tenure): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE publisher_tenure SET lease_until = date_trunc('milliseconds', now()), token_dead_at = date_trunc('milliseconds', now())
        WHERE project_id = ${projectId}::uuid AND instance_id = ${instanceId}::uuid AND fence = ${fence}`,
    );
  }

  private async waitMs(projectId: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ ms: number }[]>`
      SELECT greatest(0, extract(epoch FROM greatest(lease_until, token_dead_at) - now()) * 1000)::float8 AS ms
      FROM publisher_tenure WHERE project_id = ${projectId}::uuid`;
    return Math.ceil(row?.ms ?? 0);
  }
}

/**
 * Whether the tenure still is the caller's, as a condition of the statement that it guards. The lock keeps the tenure from
 * changing hands before that statement has committed.
 */
export function holdsTenure({ projectId, instanceId, fence }: Tenure): Prisma.Sql {
  return Prisma.sql`EXISTS (
    SELECT 1 FROM publisher_tenure WHERE project_id = ${projectId}::uuid AND instance_id = ${instanceId}::uuid AND fence = ${fence}
      AND lease_until > now() FOR SHARE)`;
}
