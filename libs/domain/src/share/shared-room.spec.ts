import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SharedRoom } from './shared-room.js';

/** A room that notes which entries gave way. */
function roomOf(maxBytes: number) {
  const room = new SharedRoom(maxBytes);
  const ended: string[] = [];
  const take = (name: string, keys: readonly string[], bytes: number) => room.take(keys, bytes, () => ended.push(name));
  return { room, ended, take };
}

describe('R7-A1 a room that holders share', () => {
  it('lets one holder take all of it while no one else needs it', () => {
    const { room, ended, take } = roomOf(10);
    for (let at = 0; at < 10; at++) take(`a${at}`, ['a'], 1);
    expect([room.bytes, ended]).toEqual([10, []]);
  });

  it('ends the oldest entries of the heaviest holder when it is full', () => {
    const { room, ended, take } = roomOf(10);
    take('b1', ['b'], 3);
    for (const name of ['a1', 'a2', 'a3']) take(name, ['a'], 2);
    take('c1', ['c'], 4);
    expect([room.bytes, ended]).toEqual([9, ['a1', 'a2']]);
  });

  it('ends the newest entry when that alone is heavier than all others', () => {
    const { room, ended, take } = roomOf(10);
    take('a1', ['a'], 4);
    take('b1', ['b'], 11);
    expect([room.bytes, ended]).toEqual([4, ['b1']]);
  });

  it('counts the networks of one site together', () => {
    const { ended, take } = roomOf(10);
    take('other', ['192.0.2.1'], 3);
    for (let at = 0; at < 9; at++) take(`n${at}`, [`network ${at}`, 'site'], 1);
    expect(ended).toEqual(['n0', 'n1']);
  });

  it('counts an entry once for a holder that is named twice', () => {
    const { ended, take } = roomOf(10);
    take('a1', ['a', 'a'], 4);
    take('b1', ['b'], 5);
    take('c1', ['c'], 2);
    expect(ended).toEqual(['b1']);
  });

  it('gets the room of an entry back once', () => {
    const { room, take } = roomOf(10);
    const release = take('a1', ['a'], 4);
    take('a2', ['a'], 3);
    release();
    release();
    expect(room.bytes).toBe(3);
  });

  it('R12B-1 counts what grows and shrinks with what it holds now, and ends what waits for longest', () => {
    const { room, ended, take } = roomOf(10);
    const [first, second] = ['a1', 'a2'].map((name) => room.place(['a'], () => ended.push(name)));
    first!.resize(1);
    second!.resize(4);
    first!.resize(0);
    first!.resize(3);
    first!.resize(2);
    expect(room.bytes).toBe(6);
    take('b1', ['b'], 5);
    expect([room.bytes, ended]).toEqual([7, ['a2']]);
    second!.resize(9);
    expect([room.bytes, ended]).toEqual([7, ['a2']]);
    first!.resize(6);
    expect([room.bytes, ended]).toEqual([5, ['a2', 'a1']]);
  });

  it('never holds more than it has, and ends nothing of a holder that has less than another', () => {
    const step = fc.record({ key: fc.constantFrom('a', 'b', 'c'), bytes: fc.integer({ min: 0, max: 9 }) });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 20 }), fc.array(step, { maxLength: 60 }), (maxBytes, steps) => {
        const room = new SharedRoom(maxBytes);
        const held = new Map<string, number>();
        const change = (key: string, bytes: number) => held.set(key, (held.get(key) ?? 0) + bytes);
        for (const { key, bytes } of steps) {
          change(key, bytes);
          room.take([key], bytes, () => {
            expect(held.get(key)).toBe(Math.max(...held.values()));
            change(key, -bytes);
          });
          const sum = [...held.values()].reduce((all, each) => all + each, 0);
          expect(room.bytes).toBe(sum);
          expect(sum).toBeLessThanOrEqual(maxBytes);
        }
      }),
    );
  });
});
