import { type Lane, lanes, mostHeld, type PoolSlots, turnsOf } from '@cooperage/domain';
import { DispatchView } from '../attempt/dispatch-view.js';
import { Places } from '../attempt/places.js';
import type { Database } from '../database.js';
import { freeWorkers } from '../lease/live-slots.js';

/** One pool of builders, as those who wait see it. */
export interface PoolState extends PoolSlots {
  readonly lane: Lane;
  readonly waiting: number;
  /** Slots that one organization may hold. */
  readonly mostHeld: number;
  /** After which a slot is free at the latest, in milliseconds: a running build is ended at its time limit. Null while none runs. */
  readonly freeWithinMs: number | null;
}

export interface QueuePosition {
  readonly buildId: string;
  readonly lane: Lane;
  /** From 1: how many builds of its pool begin before it and with it, if nothing else comes. */
  readonly position: number;
}

/** Most builds of one organization that get a position. */
const most = 1_000;

/** When waiting builds have their turn, by the same decisions that the dispatcher makes. */
export class QueuePositions {
  constructor(private readonly db: Database) {}

  /** @param organizationsTrustEachOther as control says of itself */
  async read(
    organizationsTrustEachOther: boolean,
  ): Promise<{ readonly pools: readonly PoolState[]; readonly positions: readonly QueuePosition[] }> {
    const db = this.db.prisma;
    const places = new Places(await freeWorkers(db, null));
    const [view, bounds] = await Promise.all([
      DispatchView.read(db, organizationsTrustEachOther, most, places.names()),
      this.bounds(),
    ]);
    const pools = lanes.map((lane) => {
      const pool = { slots: places.slotsIn(lane), free: places.freeIn(lane), tenants: view.tenantsOf(lane) };
      const waiting = view.tenantsIn(lane).reduce((sum, tenant) => sum + tenant.waiting, 0);
      return { lane, ...pool, waiting, mostHeld: mostHeld(pool), freeWithinMs: bounds.get(lane) ?? null };
    });
    return { pools, positions: lanes.flatMap((lane) => positionsIn(view, lane)) };
  }

  private async bounds(): Promise<ReadonlyMap<Lane, number>> {
    const rows = await this.db.prisma.$queryRaw<{ lane: Lane; ms: number }[]>`
      SELECT a.lane, min(greatest(0, (b.limits->>'timeoutMs')::float8 - extract(epoch FROM now() - a.claimed_at) * 1000))::float8 AS ms
      FROM attempt a JOIN build b ON b.id = a.build_id WHERE a.state = 'claimed' GROUP BY a.lane`;
    return new Map(rows.map(({ lane, ms }) => [lane, Math.ceil(ms)]));
  }
}

function positionsIn(view: DispatchView, lane: Lane): QueuePosition[] {
  const queues = Map.groupBy(view.waitingIn(lane), ({ organizationId }) => organizationId);
  return turnsOf(view.tenantsIn(lane)).flatMap((organizationId, index) => {
    const build = queues.get(organizationId)?.shift();
    return build ? [{ buildId: build.id, lane, position: index + 1 }] : [];
  });
}
