import { describe, expect, it } from 'vitest';
import { differencesOf } from './differences';

describe('differencesOf', () => {
  it('sets what was before beside what is after', () => {
    expect(differencesOf({ name: 'a', tags: ['x'] }, { name: 'b', limits: null })).toEqual([
      { name: 'name', before: 'a', after: 'b' },
      { name: 'tags', before: '["x"]', after: null },
      { name: 'limits', before: null, after: 'null' },
    ]);
  });

  it('R5-A6 says where a value was shortened, with its size and the start of its hash', () => {
    const shortened = { bytes: 8_192, sha256: 'ab'.repeat(32) };
    const words = '[shortened: 8.0 KiB, SHA-256 abababababab…]';
    expect(differencesOf({ args: shortened }, { args: { LONG: shortened, SHORT: 'word' } })).toEqual([
      { name: 'args', before: words, after: `{"LONG":"${words}","SHORT":"word"}` },
    ]);
    expect(differencesOf(shortened, null)).toEqual([{ name: 'all settings', before: words, after: null }]);
  });

  it('is empty for entries without either, and for values that are none', () => {
    for (const value of [null, undefined, 'text', 5, []]) expect(differencesOf(value, value)).toEqual([]);
    expect(differencesOf({ projectId: 'p' }, { projectId: 'p' })).toEqual([]);
  });
});
