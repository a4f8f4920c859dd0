import { syncStretchRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  jainIndex,
  mostHeld,
  type PoolTenant,
  recentSeconds,
  shareSlots,
  turnsOf,
  unknownBuildSeconds,
} from './fair-dispatch.js';

const tenant = (id: string, change: Partial<PoolTenant> = {}): PoolTenant => ({
  ...{ id, weight: 1, usedSeconds: 0, heldSeconds: [], usualSeconds: 60, waiting: 1, mayBegin: 1_000 },
  ...change,
});

interface Team {
  readonly weight: number;
  /** Builds that wait at the start; more come for ever where it is infinite. */
  readonly backlog: number;
  /** Seconds that its builds take on average. */
  readonly mean: number;
}

/** Runs teams on the slots of one pool in virtual time, with the decisions of `shareSlots` alone. */
function simulate(seed: number, slots: number, teams: readonly Team[], untilSeconds: number) {
  const random = generator(seed);
  const states = teams.map((team, index) => ({
    ...{ team, id: `t${index}`, left: team.backlog },
    ...{
      ended: [] as { from: number; to: number }[],
      held: [] as { from: number; to: number }[],
      waits: [] as number[],
    },
  }));
  let now = 0;
  let most = 0;
  while (now < untilSeconds) {
    const held = states.reduce((sum, state) => sum + state.held.length, 0);
    const tenants = states.map((state): PoolTenant => {
      const past = state.ended.slice(-200);
      const took = past.slice(-20).map(({ from, to }) => to - from);
      return {
        ...{ id: state.id, weight: state.team.weight, waiting: Math.min(state.left, slots), mayBegin: slots },
        usedSeconds:
          past.reduce((sum, { from, to }) => sum + recentSeconds(now - from, now - to), 0) +
          state.held.reduce((sum, { from }) => sum + recentSeconds(now - from, 0), 0),
        heldSeconds: state.held.map(({ from }) => now - from),
        usualSeconds: took.length === 0 ? unknownBuildSeconds : took.reduce((a, b) => a + b, 0) / took.length,
      };
    });
    for (const id of shareSlots({ slots, free: slots - held, tenants: teams.length }, tenants)) {
      const state = states.find((each) => each.id === id)!;
      // From a third to the threefold of the mean.
      const takes = state.team.mean * 3 ** (2 * random() - 1);
      state.held.push({ from: now, to: now + takes });
      state.left -= 1;
      state.waits.push(now);
    }
    most = Math.max(most, ...states.map((state) => state.held.length));
    const next = Math.min(...states.flatMap((state) => state.held.map(({ to }) => to)));
    if (!Number.isFinite(next)) break;
    now = next;
    for (const state of states) {
      state.ended.push(...state.held.filter(({ to }) => to <= now));
      state.held = state.held.filter(({ to }) => to > now);
    }
  }
  const used = states.map(({ ended, held, team }) => {
    const sum = [...ended, ...held].reduce((total, { from, to }) => total + Math.min(to, now) - from, 0);
    return sum / team.weight;
  });
  return { used, most, waits: states.map(({ waits }) => waits) };
}

/** mulberry32: small, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const seeds = Array.from({ length: 20 }, (_, seed) => seed + 1);
const endless = Number.POSITIVE_INFINITY;
const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

describe('slots of a pool', () => {
  it.each(seeds)('are shared by time while all have work, whatever the length of builds (seed %i)', (seed) => {
    const random = generator(seed * 7919);
    const teams = Array.from({ length: 3 + Math.floor(random() * 5) }, () => ({
      ...{ weight: 1, backlog: endless, mean: 5 + random() * 115 },
    }));
    const { used } = simulate(seed, 2 + Math.floor(random() * 4), teams, 4 * 3600);
    expect(jainIndex(used)).toBeGreaterThanOrEqual(0.98);
  });

  it.each(seeds.slice(0, 5))('are shared by the weights that the operator sets (seed %i)', (seed) => {
    const teams = [1, 2, 1, 4].map((weight) => ({ weight, backlog: endless, mean: 30 }));
    const { used } = simulate(seed, 4, teams, 4 * 3600);
    expect(jainIndex(used)).toBeGreaterThanOrEqual(0.98);
  });

  it('let a small tenant wait no longer beside one with 80 % of the backlog than among equals', () => {
    const small = 3;
    const waitOf = (others: readonly number[]) =>
      mean(
        seeds.flatMap((seed) => {
          const teams = [small, ...others].map((backlog) => ({ weight: 1, backlog, mean: 20 }));
          return simulate(seed, 2, teams, endless).waits[0]!.slice(0, small);
        }),
      );
    const amongEquals = waitOf([3, 3, 3, 3]);
    expect(waitOf([48, 3, 3, 3]) / amongEquals).toBeLessThanOrEqual(1.2);
  });

  it('are never all held by one where another may build, and are all used where nobody is at that bound', () => {
    const { most } = simulate(
      1,
      3,
      [
        { weight: 1, backlog: 50, mean: 10 },
        { weight: 1, backlog: 0, mean: 10 },
      ],
      endless,
    );
    expect(most).toBe(2);
    expect(mostHeld({ slots: 1, tenants: 9 })).toBe(1);
    expect(mostHeld({ slots: 4, tenants: 1 })).toBe(4);
  });

  const tenants = fc.uniqueArray(
    fc.record({
      id: fc.string({ minLength: 1, maxLength: 3 }),
      weight: fc.double({ min: 0.01, max: 100, noNaN: true }),
      usedSeconds: fc.double({ min: 0, max: 1e5, noNaN: true }),
      heldSeconds: fc.array(fc.double({ min: 0, max: 1e4, noNaN: true }), { maxLength: 4 }),
      usualSeconds: fc.double({ min: 0.1, max: 1e4, noNaN: true }),
      waiting: fc.nat(6),
      mayBegin: fc.nat(6),
    }),
    { selector: ({ id }) => id, maxLength: 6 },
  );

  it('are given to nobody beyond what waits, the quota and the bound, and none stays free for which somebody is able', () => {
    fc.assert(
      fc.property(tenants, fc.nat(8), fc.nat(8), (all, free, more) => {
        const held = all.reduce((sum, { heldSeconds }) => sum + heldSeconds.length, 0);
        const pool = { slots: held + free, free, tenants: all.length + more };
        const given = shareSlots(pool, all);
        const leftOf = ({ id, waiting, mayBegin, heldSeconds }: PoolTenant) => {
          const count = given.filter((each) => each === id).length;
          return Math.min(waiting, mayBegin, mostHeld(pool) - heldSeconds.length) - count;
        };
        expect(given.length).toBeLessThanOrEqual(free);
        for (const each of all) if (given.includes(each.id)) expect(leftOf(each)).toBeGreaterThanOrEqual(0);
        if (given.length < free) for (const each of all) expect(leftOf(each)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('go first to whom has used least for its weight, and on equal terms to the one that is named first', () => {
    expect(shareSlots({ slots: 4, free: 1, tenants: 2 }, [tenant('a', { usedSeconds: 9 }), tenant('b')])).toEqual([
      'b',
    ]);
    expect(shareSlots({ slots: 4, free: 1, tenants: 2 }, [tenant('a'), tenant('b')])).toEqual(['a']);
    const heavy = tenant('a', { usedSeconds: 90, weight: 10 });
    expect(shareSlots({ slots: 4, free: 1, tenants: 2 }, [heavy, tenant('b', { usedSeconds: 10 })])).toEqual(['a']);
  });

  it('have an order that is said before: each organization in its turn, with all that it has waiting', () => {
    const order = turnsOf([tenant('a', { waiting: 3, mayBegin: 0 }), tenant('b', { waiting: 1, heldSeconds: [0] })]);
    expect(order).toEqual(['a', 'a', 'b', 'a']);
  });

  it('R17A-4 have an order that takes no time for each organization and build', async () => {
    const many = Array.from({ length: 300 }, (_, at) =>
      tenant(`t${at}`, { waiting: 1_000, usedSeconds: at, usualSeconds: 30 + (at % 7) }),
    );
    let order: string[] = [];
    const ratio = await syncStretchRatio(async () => {
      order = turnsOf(many);
    });
    expect(order).toHaveLength(300_000);
    expect(new Set(order.slice(0, 300)).size).toBeGreaterThan(10);
    expect(ratio).toBeLessThan(120);
  });

  it('go to whom has the least of them each time, as if they were given one by one', () => {
    const small = fc.record({
      ...{
        weight: fc.constantFrom(1, 2, 4),
        usedSeconds: fc.nat(200),
        usualSeconds: fc.integer({ min: 1, max: 90 }),
      },
      ...{ waiting: fc.nat(6), mayBegin: fc.nat(6), heldSeconds: fc.array(fc.nat(100), { maxLength: 3 }) },
    });
    fc.assert(
      fc.property(fc.array(small, { maxLength: 6 }), fc.nat(12), (changes, free) => {
        const tenants = changes.map((change, at) => tenant(`t${at}`, change));
        const pool = { slots: 16, free, tenants: tenants.length };
        const given: string[] = [];
        for (let at = 0; at < free; at++) {
          const now = tenants.map((each) => {
            const own = given.filter((id) => id === each.id).length;
            const heldSeconds = [...each.heldSeconds, ...Array<number>(own).fill(0)];
            return { ...each, heldSeconds, waiting: each.waiting - own, mayBegin: each.mayBegin - own };
          });
          given.push(...shareSlots({ ...pool, free: 1 }, now));
        }
        expect(shareSlots(pool, tenants)).toEqual(given);
      }),
    );
  });
});
