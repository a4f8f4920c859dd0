import { costRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairShares, freeSlots, type Release } from './fair-shares.js';

const never = new AbortController().signal;

/** Runs a promise as far as it gets without waiting for anything else. */
const now = async <T>(promise: Promise<T>): Promise<T | 'waits'> =>
  Promise.race([promise, Promise.resolve().then(() => Promise.resolve('waits' as const))]);

describe('R-M7 fair shares', () => {
  it('one key takes its share and no more', () => {
    const shares = new FairShares({ total: 10, perKey: 3 });
    for (let count = 0; count < 3; count++) expect(shares.tryTake('a')).not.toBeNull();
    expect(shares.tryTake('a')).toBeNull();
    expect(shares.tryTake('b')).not.toBeNull();
  });

  it('the last free slot is for a key that holds none', () => {
    const shares = new FairShares({ total: 4, perKey: 4 });
    for (let count = 0; count < 3; count++) expect(shares.tryTake('a')).not.toBeNull();
    expect(shares.free('a')).toBe(0);
    expect(shares.tryTake('a')).toBeNull();
    expect(shares.tryTake('b')).not.toBeNull();
    expect(shares.tryTake('c')).toBeNull();
  });

  it('a single slot may be taken by anybody', () => {
    const shares = new FairShares({ total: 1, perKey: 1 });
    const release = shares.tryTake('a');
    expect(release).not.toBeNull();
    expect(shares.tryTake('b')).toBeNull();
    release?.();
    expect(shares.tryTake('b')).not.toBeNull();
  });

  it('a slot is given back once, however often the function is called', () => {
    const shares = new FairShares({ total: 3, perKey: 2 });
    const release = shares.tryTake('a');
    shares.tryTake('a');
    release?.();
    release?.();
    expect(shares.inUse).toEqual(new Map([['a', 1]]));
  });

  it('counts from elsewhere are judged by the same rule', () => {
    const limits = { total: 8, perKey: 2 };
    expect(freeSlots(limits, new Map(), 'a')).toBe(2);
    expect(freeSlots(limits, new Map([['a', 1]]), 'a')).toBe(1);
    expect(freeSlots(limits, new Map([['b', 7]]), 'a')).toBe(1);
    expect(freeSlots(limits, new Map([['b', 9]]), 'a')).toBe(0);
  });

  it('whoever waits gets the slot that is given back', async () => {
    const shares = new FairShares({ total: 1, perKey: 1 });
    const release = shares.tryTake('a');
    const waiting = shares.take('b', never);
    release?.();
    expect(await now(waiting)).toBeTypeOf('function');
  });

  it('a free slot goes to the key that holds the fewest, and then to the one that waits longest', async () => {
    const shares = new FairShares({ total: 3, perKey: 3 });
    const held = [shares.tryTake('a'), shares.tryTake('a'), shares.tryTake('b')];
    const got: string[] = [];
    for (const key of ['a', 'c', 'd'])
      void shares.take(key, never).then((release) => {
        got.push(key);
        held.push(release);
      });
    held[0]?.();
    await Promise.resolve();
    held[2]?.();
    await expect.poll(() => got).toEqual(['c', 'd']);
  });

  it('a key with too many that wait is told so at once, and the others still wait', async () => {
    const shares = new FairShares({ total: 1, perKey: 1 }, 2);
    shares.tryTake('x');
    void shares.take('a', never);
    void shares.take('a', never);
    expect(await now(shares.take('a', never))).toBeNull();
    expect(await now(shares.take('b', never))).toBe('waits');
  });

  it('a wait that is aborted ends without a slot, and takes none later', async () => {
    const shares = new FairShares({ total: 1, perKey: 1 });
    const release = shares.tryTake('a');
    const stop = new AbortController();
    const waiting = shares.take('b', stop.signal);
    stop.abort();
    expect(await waiting).toBeNull();
    release?.();
    expect(shares.inUse.size).toBe(0);
    expect(await shares.take('b', stop.signal)).toBeNull();
  });

  it('holds for any sequence: never over the total or a share, and a key without a slot finds one while few keys are there', () => {
    const steps = fc.array(fc.record({ key: fc.constantFrom('a', 'b', 'c'), takes: fc.boolean() }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 6 }), steps, (total, perKey, sequence) => {
        const shares = new FairShares({ total, perKey });
        const held = new Map<string, Release[]>();
        for (const { key, takes } of sequence) {
          const own = held.get(key) ?? [];
          const isAlone = [...held].every(([other, slots]) => other === key || slots.length === 0);
          const release = takes ? shares.tryTake(key) : null;
          if (release) held.set(key, [...own, release]);
          else if (!takes) own.pop()?.();
          if (takes && own.length === 0 && (isAlone || heldSum(held) < total)) expect(release).not.toBeNull();
          expect(heldSum(held)).toBeLessThanOrEqual(total);
          for (const slots of held.values()) expect(slots.length).toBeLessThanOrEqual(perKey);
          // One key alone never has them all.
          if (total > 1) for (const slots of held.values()) expect(slots.length).toBeLessThan(total);
        }
      }),
    );
  });
});

describe('R8-A2 keys that always have some that wait', () => {
  /** Four slots, and `keys` that hold one each and wait for a hundred more. Each that gets a slot gives it back in its turn. */
  function flooded(keys: readonly string[], group = (key: string) => key) {
    const shares = new FairShares({ total: 4, perKey: 2 }, 2_000);
    const [held, served]: [Release[], string[]] = [[], []];
    const wait = (key: string) =>
      void shares.take(key, never, group(key)).then((release) => {
        served.push(key);
        held.push(release!);
      });
    for (const key of keys) wait(key);
    for (const key of keys) for (let at = 0; at < 100; at++) wait(key);
    const turns = async (count: number) => {
      await now(Promise.resolve());
      const from = served.length;
      for (let at = 0; at < count; at++) {
        held.shift()!();
        await now(Promise.resolve());
      }
      return served.slice(from);
    };
    return { wait, turns };
  }
  const four = ['a', 'b', 'c', 'd'];

  it('let a key that comes have the next turn', async () => {
    const { wait, turns } = flooded(four);
    await turns(4);
    wait('e');
    wait('e');
    const next = await turns(8);
    // Its second one waits for a round, as a second one of theirs does.
    expect(next.filter((key) => key === 'e')).toHaveLength(2);
    expect(next.indexOf('e')).toBeLessThan(2);
  });

  it('take turns with each other', async () => {
    const { turns } = flooded([...four, 'e', 'f']);
    await turns(6);
    expect([...new Set(await turns(6))].sort()).toEqual([...four, 'e', 'f']);
  });

  it('of a few groups take turns by group', async () => {
    const networks = ['a1', 'b1', 'c1', 'd1', 'a2', 'b2', 'c2', 'd2'];
    const { wait, turns } = flooded(networks, ([group]) => group!);
    await turns(8);
    wait('e1');
    expect(await turns(3)).toContain('e1');
  });

  it('do not keep a second one of a key waiting by having other names each time', async () => {
    const { wait, turns } = flooded(four);
    await turns(4);
    wait('e');
    wait('e');
    const served: string[] = [];
    for (let at = 0; at < 100; at++) {
      for (const side of ['left', 'right']) wait(`${side} ${at}`);
      served.push(...(await turns(1)));
    }
    expect(served.filter((key) => key === 'e')).toHaveLength(2);
  });

  it('do not keep a second one of a key waiting by coming anew each time', async () => {
    const { wait, turns } = flooded(four);
    await turns(4);
    for (const key of ['e', 'e', 'e']) wait(key);
    const served: string[] = [];
    for (let at = 0; at < 30; at++) {
      const [key] = await turns(1);
      served.push(key!);
      // They never have more than one that waits.
      if (key?.startsWith('new')) wait(key);
      else if (at === 0) for (const name of ['new1', 'new2', 'new3']) wait(name);
    }
    expect(served.filter((key) => key === 'e')).toHaveLength(3);
  });
});

describe('R20A-2 keys that wait', () => {
  /** As many slots as there are keys are held, while others wait; a hundred of them are given back. */
  const work = (slots: number) => () => {
    const shares = new FairShares({ total: slots, perKey: 1 });
    const held = Array.from({ length: slots }, (_, at) => shares.tryTake(`held ${at}`)!);
    for (let at = 0; at < 500; at++) void shares.take(`waits ${at}`, never);
    for (let at = 0; at < 100; at++) held[at % slots]!();
  };

  it('cost about the same for each slot that is given back, however many are held', () => {
    expect(costRatio(work(1_000), work(100), 4)).toBeLessThan(4);
  });
});

describe('R3-N8 keys that belong to one group', () => {
  const many = Array.from({ length: 1_000 }, (_, at) => `network ${at}`);

  it('have a share together, and leave the last slot to others', () => {
    const shares = new FairShares({ total: 10, perKey: 2, perGroup: 3 });
    expect(many.filter((key) => shares.tryTake(key, 'site'))).toHaveLength(3);
    const few = new FairShares({ total: 4, perKey: 2, perGroup: 9 });
    expect(many.filter((key) => few.tryTake(key, 'site'))).toHaveLength(3);
    expect(few.tryTake('other')).not.toBeNull();
  });

  it('wait behind whoever comes from elsewhere, however many they are', async () => {
    const shares = new FairShares({ total: 4, perKey: 4, perGroup: 3 }, 2_000);
    const held = many.slice(0, 3).map((key) => shares.tryTake(key, 'site'));
    shares.tryTake('neighbour');
    const got: string[] = [];
    for (const key of many) void shares.take(key, never, 'site').then(() => got.push(key));
    void shares.take('other', never).then(() => got.push('other'));
    held[0]?.();
    await expect.poll(() => got).toEqual(['other']);
    held[1]?.();
    held[2]?.();
    await expect.poll(() => got).toEqual(['other', many[0]]);
  });

  it('wait in a bounded number', async () => {
    const shares = new FairShares({ total: 1, perKey: 1 }, 2);
    shares.tryTake('x');
    void shares.take('a', never, 'site');
    void shares.take('b', never, 'site');
    expect(await now(shares.take('c', never, 'site'))).toBeNull();
    expect(await now(shares.take('d', never, 'elsewhere'))).toBe('waits');
  });

  it('R8-A4 are waited for by one key in several groups, in each for the share of that group', async () => {
    const shares = new FairShares({ total: 9, perKey: 9, perGroup: 1 });
    const [ofAcme, ofOther] = [shares.tryTake('a', 'acme'), shares.tryTake('b', 'other')];
    const got: string[] = [];
    for (const group of ['acme', 'other']) void shares.take('p', never, group).then(() => got.push(group));
    ofOther?.();
    await expect.poll(() => got).toEqual(['other']);
    ofAcme?.();
    await expect.poll(() => got).toEqual(['other', 'acme']);
  });

  it('give the share of the group back with their slots', () => {
    const shares = new FairShares({ total: 10, perKey: 2, perGroup: 1 });
    const release = shares.tryTake('a', 'site');
    expect(shares.tryTake('b', 'site')).toBeNull();
    release?.();
    release?.();
    expect(shares.tryTake('b', 'site')).not.toBeNull();
  });
});

function heldSum(held: ReadonlyMap<string, readonly Release[]>): number {
  return [...held.values()].reduce((sum, slots) => sum + slots.length, 0);
}
