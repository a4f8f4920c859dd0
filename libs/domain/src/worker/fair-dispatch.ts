/** One pool of builders at one moment. */
export interface PoolSlots {
  /** Slots of its live builders, and those of them that nothing is in. */
  readonly slots: number;
  readonly free: number;
  /** Organizations that may build in it, whether or not they do now. */
  readonly tenants: number;
}

/** One organization in one pool. */
export interface PoolTenant {
  readonly id: string;
  /** Its part beside others; the operator sets it. Above 0. */
  readonly weight: number;
  /** Slot-seconds that it used of late; see `recentSeconds`. */
  readonly usedSeconds: number;
  /** For how long each build of it has held a slot of the pool, in seconds. */
  readonly heldSeconds: readonly number[];
  /** How long a build of it usually holds a slot, in seconds. */
  readonly usualSeconds: number;
  readonly waiting: number;
  /** Builds that its quotas let begin. */
  readonly mayBegin: number;
}

/** Slot-seconds count half after this time: what an organization did an hour ago hardly matters. */
export const usageHalfLifeSeconds = 600;
/** What a build is thought to take while nobody knows better. */
export const unknownBuildSeconds = 60;

/**
 * Slots that one organization may hold: no one holds the last one of a pool that others may build in, so that the first build
 * of another finds a slot. A pool with one slot has none to keep: there the wait is bounded by the time limit of a build.
 */
export function mostHeld({ slots, tenants }: Pick<PoolSlots, 'slots' | 'tenants'>): number {
  return slots >= 2 && tenants >= 2 ? slots - 1 : slots;
}

/**
 * Weighted fair queueing over slot-seconds: the next slot goes to the organization with the least of them for its weight.
 * A build counts with what it usually takes from its start on, and with what it really took afterwards, so an organization
 * with long builds gets fewer of them. How much an organization has waiting changes nothing.
 * @param tenants on equal terms the earlier one goes first
 * @returns ids of organizations, one for each slot that is given away, in order
 */
export function shareSlots(pool: PoolSlots, tenants: readonly PoolTenant[]): string[] {
  return give(pool.free, mostHeld(pool), tenants);
}

/** In which order all that waits would begin, were slots given one by one and nothing ended. */
export function turnsOf(tenants: readonly PoolTenant[]): string[] {
  const all = tenants.reduce((sum, { waiting }) => sum + waiting, 0);
  return give(
    all,
    Number.POSITIVE_INFINITY,
    tenants.map((tenant) => ({ ...tenant, mayBegin: tenant.waiting })),
  );
}

function give(slots: number, most: number, tenants: readonly PoolTenant[]): string[] {
  const claims = tenants.flatMap((tenant) => {
    const left = Math.min(tenant.waiting, tenant.mayBegin, most - tenant.heldSeconds.length, slots);
    const step = tenant.usualSeconds / tenant.weight;
    let share = shareOf(tenant);
    return Array.from({ length: Math.max(0, left) }, () => {
      const claim = { id: tenant.id, share };
      share += step;
      return claim;
    });
  });
  // The share of each tenant only grows, so to sort once gives what to choose the least again and again would (R17A-4). The order of
  // equal ones stays.
  const given = claims.sort((a, b) => a.share - b.share).map(({ id }) => id);
  return given.slice(0, Math.max(0, slots));
}

/** Slot-seconds for its weight, those that its running builds will still take among them. */
function shareOf({ usedSeconds, heldSeconds, usualSeconds, weight }: PoolTenant): number {
  const ahead = heldSeconds.reduce((sum, held) => sum + Math.max(0, usualSeconds - held), 0);
  return (usedSeconds + ahead) / weight;
}

/**
 * What a slot that was held from `startAge` to `endAge` seconds ago counts now: each second half after `usageHalfLifeSeconds`.
 * The statement of the dispatcher sums the same.
 */
export function recentSeconds(startAge: number, endAge: number): number {
  const rate = Math.LN2 / usageHalfLifeSeconds;
  return (Math.exp(-rate * endAge) - Math.exp(-rate * startAge)) / rate;
}

/** Jain's index of fairness of what each got for its weight, from 1/n to 1. */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, share) => total + share, 0);
  const squares = shares.reduce((total, share) => total + share * share, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}
