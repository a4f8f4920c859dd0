import { describe, expect, it } from 'vitest';
import { mayDo, type Permission, permissionMatrix, permissions } from './permission.js';
import { roles } from './role.js';

describe('what a role may do', () => {
  it('grows with its strength: whoever is stronger may all that a weaker one may', () => {
    for (const { words, may } of permissionMatrix())
      expect(
        [...may].toSorted((a, b) => Number(b) - Number(a)),
        words,
      ).toEqual(may);
  });

  it('begins with seeing, and ends with owners alone', () => {
    for (const role of roles) expect(mayDo(role, 'see')).toBe(true);
    expect(roles.filter((role) => mayDo(role, 'member.manage'))).toEqual(['owner']);
    expect(roles.filter((role) => mayDo(role, 'build.run'))).toEqual(['owner', 'admin', 'developer']);
  });

  it('is told in words that differ', () => {
    const words = (Object.keys(permissions) as Permission[]).map((permission) => permissions[permission].words);
    expect(new Set(words).size).toBe(words.length);
  });
});
