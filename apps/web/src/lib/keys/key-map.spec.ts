import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type KeyEffect, nextRow, noKeys, pressKey } from './key-map';
import { furtherPages, navigationKeys } from './keys-of-pages';

function type(...keys: [string, number][]): KeyEffect {
  let state = noKeys;
  let effect: KeyEffect = { kind: 'none' };
  for (const [key, atMs] of keys) ({ state, effect } = pressKey(state, key, atMs));
  return effect;
}

describe('key map', () => {
  it('goes to each page by its two keys', () => {
    for (const { keys } of navigationKeys)
      expect(type([keys[0]!, 0], [keys[1]!, 300])).toEqual({ kind: 'go', keys: keys.join(' ') });
    expect(type(['g', 0], ['z', 300]), 'no page has this key').toEqual({ kind: 'press', key: 'z' });
  });

  it('names only pages that exist', () => {
    for (const { href } of [...navigationKeys, ...furtherPages])
      expect(existsSync(path.join(import.meta.dirname, '../../app/(main)', href, 'page.tsx')), href).toBe(true);
  });

  it('forgets a half-typed sequence', () => {
    expect(type(['g', 0], ['b', 5000])).toEqual({ kind: 'press', key: 'b' });
    expect(type(['g', 0], ['x', 10], ['b', 20])).toEqual({ kind: 'press', key: 'b' });
  });

  it('has no two sequences alike', () => {
    const all = navigationKeys.map((binding) => binding.keys.join(' '));
    expect(new Set(all).size).toBe(all.length);
  });

  it('walks rows and opens the list of keys', () => {
    expect(type(['j', 0])).toEqual({ kind: 'row', step: 1 });
    expect(type(['k', 0])).toEqual({ kind: 'row', step: -1 });
    expect(type(['x', 0])).toEqual({ kind: 'select' });
    expect(type(['?', 0])).toEqual({ kind: 'help' });
    expect(type(['Escape', 0])).toEqual({ kind: 'back' });
    expect(type(['Shift', 0])).toEqual({ kind: 'none' });
  });

  it('stays inside the list', () => {
    expect(nextRow(-1, 1, 3)).toBe(0);
    expect(nextRow(-1, -1, 3)).toBe(2);
    expect(nextRow(2, 1, 3)).toBe(2);
    expect(nextRow(0, -1, 3)).toBe(0);
    expect(nextRow(-1, 1, 0)).toBe(-1);
  });
});
