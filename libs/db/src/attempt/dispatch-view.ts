import {
  type Lane,
  lanes,
  type PoolSlots,
  type PoolTenant,
  unknownBuildSeconds,
  usageHalfLifeSeconds,
  type WaitFacts,
} from '@cooperage/domain';
import { countedRows, keptOfBuilds, minutesOfMonth } from '../account/usage-counters.js';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** A part of what waits: the builds of one organization in one lane that would begin first. */
export interface WaitingBuild {
  readonly id: string;
  readonly organizationId: string;
  readonly lane: Lane;
}

interface WaitingRow extends WaitingBuild {
  /** All that wait of the same organization in the same lane. */
  readonly waiting: number;
}

interface UsageRow {
  readonly organizationId: string;
  readonly lane: Lane;
  readonly usedSeconds: number;
  readonly heldSeconds: number[] | null;
  readonly usualSeconds: number | null;
}

interface ShareRow {
  readonly organizationId: string;
  readonly weight: number;
  readonly suspended: boolean;
  readonly concurrentBuilds: number | null;
  readonly held: number;
  readonly outOfMinutes: boolean;
  readonly outOfLogBytes: boolean;
}

/** What organizations may have of the slots when nobody has said another weight. */
const usualWeight = 100;
/** Past attempts that count; older ones weigh less than a two hundredth. */
const lookBack = Prisma.sql`interval '80 minutes'`;

/** SQL: the lane of the build `b`. Engines of the trusted pool are never emptied, so one organization alone ever builds there:
 * the home one, which nothing that others do can change (docs/adr/0038). */
export function laneOf(organizationsTrustEachOther: boolean): Prisma.Sql {
  return organizationsTrustEachOther
    ? Prisma.sql`CASE b.zone WHEN 'fork' THEN 'strangers' ELSE 'trusted' END`
    : Prisma.sql`CASE WHEN b.zone <> 'fork' AND EXISTS (SELECT 1 FROM installation i WHERE i.home_organization_id = b.organization_id)
        THEN 'trusted' ELSE 'strangers' END`;
}

/** Who waits for the slots of each lane, with what each has used, and what may begin: all that sharing them is decided by. */
export class DispatchView {
  private constructor(
    /** In the order of an organization: by the priority of the rule, then by age. */
    private readonly waiting: readonly WaitingRow[],
    private readonly usage: ReadonlyMap<string, UsageRow>,
    private readonly shares: ReadonlyMap<string, ShareRow>,
    private readonly tenants: Readonly<Record<Lane, number>>,
  ) {}

  /**
   * @param most builds of one organization in one lane that are looked at; the others are counted
   * @param workers names of the builders whose slots are shared: what one that is gone had holds none of them
   */
  static async read(
    tx: Queryable,
    organizationsTrustEachOther: boolean,
    most: number,
    workers: readonly string[],
  ): Promise<DispatchView> {
    const waiting = await readWaiting(tx, organizationsTrustEachOther, most);
    const ids = [...new Set(waiting.map(({ organizationId }) => organizationId))];
    if (ids.length === 0) return new DispatchView([], new Map(), new Map(), { trusted: 1, strangers: 1 });
    const usage = await readUsage(tx, workers);
    const shares = await readShares(tx, ids);
    const all = await countTenants(tx);
    return new DispatchView(
      waiting,
      new Map(usage.map((row) => [keyOf(row.organizationId, row.lane), row])),
      new Map(shares.map((row) => [row.organizationId, row])),
      { trusted: organizationsTrustEachOther ? all : 1, strangers: all },
    );
  }

  /** The same, as if these builds did not wait. */
  without(ids: ReadonlySet<string>): DispatchView {
    const waiting = this.waiting.filter(({ id }) => !ids.has(id));
    return new DispatchView(waiting, this.usage, this.shares, this.tenants);
  }

  /** Organizations that may build in the lane. */
  tenantsOf(lane: Lane): number {
    return this.tenants[lane];
  }

  waitingIn(lane: Lane): readonly WaitingBuild[] {
    return this.waiting.filter((row) => row.lane === lane);
  }

  /** @param begun how many of each organization were given a slot a moment ago, in another lane */
  tenantsIn(lane: Lane, begun: ReadonlyMap<string, number> = new Map()): PoolTenant[] {
    const first = new Map(this.waitingIn(lane).map((row) => [row.organizationId, row as WaitingRow]));
    // The oldest build that waits decides between those who are equal.
    const ids = [...new Set(this.waitingIn(lane).map(({ organizationId }) => organizationId))];
    return ids.map((id) => {
      const used = this.usage.get(keyOf(id, lane));
      return {
        ...{ id, weight: this.shares.get(id)?.weight ?? usualWeight, waiting: first.get(id)!.waiting },
        ...{ usedSeconds: used?.usedSeconds ?? 0, heldSeconds: used?.heldSeconds ?? [] },
        usualSeconds: Math.max(1, used?.usualSeconds ?? unknownBuildSeconds),
        mayBegin: this.mayBegin(id) - (begun.get(id) ?? 0),
      };
    });
  }

  waitFacts(organizationId: string, lane: Lane, isFork: boolean, pool: PoolSlots): WaitFacts {
    const share = this.shares.get(organizationId);
    const held = this.usage.get(keyOf(organizationId, lane))?.heldSeconds?.length ?? 0;
    return {
      ...{ lane, pool, isFork, held },
      isSuspended: share?.suspended ?? false,
      isOutOfMinutes: share?.outOfMinutes ?? false,
      isOutOfLogBytes: share?.outOfLogBytes ?? false,
      mayBegin: this.mayBegin(organizationId),
    };
  }

  /** Organizations that wait, with the lane in which they do. */
  groups(): readonly { readonly organizationId: string; readonly lane: Lane }[] {
    return lanes.flatMap((lane) =>
      [...new Set(this.waitingIn(lane).map(({ organizationId }) => organizationId))].map((organizationId) => ({
        organizationId,
        lane,
      })),
    );
  }

  private mayBegin(organizationId: string): number {
    const share = this.shares.get(organizationId);
    if (!share) return Number.MAX_SAFE_INTEGER;
    if (share.suspended || share.outOfMinutes || share.outOfLogBytes) return 0;
    return share.concurrentBuilds === null ? Number.MAX_SAFE_INTEGER : share.concurrentBuilds - share.held;
  }
}

function keyOf(organizationId: string, lane: Lane): string {
  return `${lane} ${organizationId}`;
}

function readWaiting(tx: Queryable, trusting: boolean, most: number): Promise<WaitingRow[]> {
  return tx.$queryRaw<WaitingRow[]>`
    WITH waiting AS (
      SELECT b.id, b.organization_id, ${laneOf(trusting)} AS lane, coalesce(r.priority, 0) AS priority
      FROM build b LEFT JOIN rule r ON r.id = b.rule_id
      WHERE b.status = 'queued' AND (b.dispatch_after IS NULL OR b.dispatch_after <= now())
        AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.build_id = b.id AND a.state IN ('dispatched', 'claimed'))
    ), ranked AS (
      SELECT w.*, row_number() OVER mine AS place, count(*) OVER (PARTITION BY lane, organization_id) AS waiting,
        min(id::text) OVER (PARTITION BY lane, organization_id) AS oldest
      FROM waiting w WINDOW mine AS (PARTITION BY lane, organization_id ORDER BY priority DESC, id)
    )
    SELECT id::text, organization_id AS "organizationId", lane, waiting::int FROM ranked WHERE place <= ${most}
    ORDER BY oldest, place`;
}

/** SQL: a moment of the last year. Infinity minus a moment is an error before PostgreSQL 17. */
const inSight = (moment: Prisma.Sql) => Prisma.sql`greatest(now() - interval '1 year', least(${moment}, now()))`;

/**
 * SQL: seconds for which the engine of the attempt `a` was held after its build `b`, for the export of the cache. In the lane
 * of strangers nothing else is in the engine then. A builder says it, so it is no longer than an export may take.
 */
const exportSeconds = Prisma.sql`CASE WHEN a.lane = 'strangers' AND a.number = b.attempt_number
  THEN least(greatest(coalesce(b.cache_export_ms, 0), 0), 600000) / 1000.0 ELSE 0 END::float8`;

/** As `recentSeconds` of the domain counts. An exponent below -700 would be an error of the server's. */
function readUsage(tx: Queryable, workers: readonly string[]): Promise<UsageRow[]> {
  const rate = Prisma.sql`${Math.LN2 / usageHalfLifeSeconds}::float8`;
  return tx.$queryRaw<UsageRow[]>`
    WITH held AS (
      SELECT b.organization_id, a.lane, a.state,
        a.ended_at IS NULL AND coalesce(a.placed_on, a.worker_name) = ANY(${[...workers]}) AS open,
        extract(epoch FROM now() - ${inSight(Prisma.sql`coalesce(a.claimed_at, a.dispatched_at)`)})::float8 AS since,
        extract(epoch FROM now() - ${inSight(Prisma.sql`coalesce(a.ended_at, now())`)})::float8 AS until,
        ${exportSeconds} AS exported
      FROM attempt a JOIN build b ON b.id = a.build_id
      WHERE a.state IN ('dispatched', 'claimed') OR a.ended_at > now() - ${lookBack}
    )
    SELECT organization_id AS "organizationId", lane,
      sum((exp(greatest(-700, -${rate} * greatest(0, until - exported))) - exp(greatest(-700, -${rate} * since))) / ${rate}) AS "usedSeconds",
      array_agg(since) FILTER (WHERE open) AS "heldSeconds",
      avg(since - until) FILTER (WHERE state IN ('built', 'failed', 'timed_out')) AS "usualSeconds"
    FROM held GROUP BY 1, 2`;
}

function readShares(tx: Queryable, organizationIds: readonly string[]): Promise<ShareRow[]> {
  return tx.$queryRaw<ShareRow[]>`
    SELECT o.id AS "organizationId", o.suspended_at IS NOT NULL OR o.deleted_at IS NOT NULL AS suspended,
      coalesce(q.weight, d.weight, ${usualWeight})::int AS weight,
      coalesce(q.concurrent_builds, d.concurrent_builds) AS "concurrentBuilds",
      (SELECT count(*) FROM attempt a JOIN build b ON b.id = a.build_id
        WHERE a.state IN ('dispatched', 'claimed') AND b.organization_id = o.id)::int AS held,
      CASE WHEN coalesce(q.build_minutes, d.build_minutes) IS NULL THEN false
        ELSE coalesce(q.build_minutes, d.build_minutes) <= ${minutesOfMonth()} END AS "outOfMinutes",
      CASE WHEN coalesce(q.log_bytes, d.log_bytes) IS NULL THEN false
        ELSE coalesce(q.log_bytes, d.log_bytes) <= (SELECT coalesce(sum(amount), 0) FROM ${countedRows(Prisma.sql`o.id`, keptOfBuilds)} AS parts)
        END AS "outOfLogBytes"
    FROM organization o LEFT JOIN quota q ON q.scope = o.id LEFT JOIN quota d ON d.scope = 'installation'
    WHERE o.id = ANY(${[...organizationIds]})`;
}

async function countTenants(tx: Queryable): Promise<number> {
  const [row] = await tx.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM organization o
    WHERE o.suspended_at IS NULL AND EXISTS (SELECT 1 FROM project p WHERE p.organization_id = o.id AND p.deleted_at IS NULL)`;
  return row!.count;
}
