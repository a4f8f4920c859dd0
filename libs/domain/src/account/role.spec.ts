import { describe, expect, it } from 'vitest';
import { isRole, roleCovers, roles, weakerRole } from './role.js';

describe('roles', () => {
  it('cover themselves and all weaker ones, never a stronger one', () => {
    for (const [strength, role] of roles.entries())
      for (const [neededStrength, needed] of roles.entries())
        expect(roleCovers(role, needed), `${role} as ${needed}`).toBe(strength <= neededStrength);
  });

  it('bound each other by the weaker one', () => {
    expect(weakerRole('owner', 'viewer')).toBe('viewer');
    expect(weakerRole('developer', 'admin')).toBe('developer');
  });

  it('are a closed list', () => {
    expect(isRole('owner')).toBe(true);
    expect(isRole('Owner')).toBe(false);
    expect(isRole('constructor')).toBe(false);
  });
});
