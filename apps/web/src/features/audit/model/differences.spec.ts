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

  it('is empty for entries without either, and for values that are none', () => {
    for (const value of [null, undefined, 'text', 5, []]) expect(differencesOf(value, value)).toEqual([]);
    expect(differencesOf({ projectId: 'p' }, { projectId: 'p' })).toEqual([]);
  });
});
