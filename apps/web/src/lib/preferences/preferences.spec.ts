import { describe, expect, it } from 'vitest';
import { parsePreference, readPreferences } from './preferences';

describe('preferences of a reader', () => {
  it('are the usual ones where a cookie is missing or made up', () => {
    expect(readPreferences(() => undefined)).toEqual({ theme: 'system', density: 'compact', times: 'relative' });
    expect(parsePreference('theme', '"><script>')).toBe('system');
    expect(parsePreference('density', 'dark')).toBe('compact');
  });

  it('are read from a cookie each', () => {
    const cookies = new Map([
      ['cooperage_theme', 'dark'],
      ['cooperage_times', 'utc'],
    ]);
    expect(readPreferences((name) => cookies.get(name))).toEqual({ theme: 'dark', density: 'compact', times: 'utc' });
  });
});
