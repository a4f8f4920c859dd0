import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type MirrorUse, mirrorsToDrop } from './mirrors-to-drop.js';

const mirror = (name: string, bytes: number, usedAtMs: number, held = false): MirrorUse => ({
  ...{ name, owner: name[0]!, bytes, usedAtMs, held },
});

describe('R3-A4 mirrors that do not fit', () => {
  it('R3-A4 go from the organization that has the most, the longest unused first', () => {
    const mirrors = [mirror('a1', 50, 3), mirror('a2', 50, 2), mirror('a3', 50, 4), mirror('b1', 40, 1)];
    expect(mirrorsToDrop(mirrors, 200)).toEqual([]);
    expect(mirrorsToDrop(mirrors, 140)).toEqual(['a2']);
    expect(mirrorsToDrop(mirrors, 100)).toEqual(['a2', 'a1']);
    expect(mirrorsToDrop(mirrors, 50)).toEqual(['a2', 'a1', 'a3']);
  });

  it('R3-A4 stay while they are in use, and those of others go then', () => {
    expect(mirrorsToDrop([mirror('a1', 90, 1, true), mirror('b1', 20, 2)], 100)).toEqual(['b1']);
    expect(mirrorsToDrop([mirror('a1', 190, 1, true)], 100)).toEqual([]);
  });

  it('R3-A4 leave a budget that holds, where nothing else is in use, whatever there is', () => {
    const one = fc.record({
      name: fc.uuid(),
      owner: fc.constantFrom('a', 'b', 'c'),
      ...{ bytes: fc.nat(100), usedAtMs: fc.nat(100), held: fc.boolean() },
    });
    fc.assert(
      fc.property(fc.uniqueArray(one, { selector: ({ name }) => name }), fc.nat(500), (mirrors, budget) => {
        const dropped = new Set(mirrorsToDrop(mirrors, budget));
        const left = mirrors.filter(({ name }) => !dropped.has(name));
        const bytes = left.reduce((sum, each) => sum + each.bytes, 0);
        expect(bytes <= budget || left.every(({ held }) => held)).toBe(true);
        expect(mirrors.filter(({ name, held }) => held && dropped.has(name))).toEqual([]);
      }),
    );
  });
});
