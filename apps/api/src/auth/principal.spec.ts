import type { TokenHolderRecord } from '@cooperage/db';
import { roles } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { mayAs, tokenHolderOf } from './principal.js';

const holder = (scopes: string[], role: (typeof roles)[number]): TokenHolderRecord => ({
  tokenId: 't',
  tokenName: 'ci',
  userId: 'u',
  userName: 'Ada',
  email: 'a@x.example',
  administrator: true,
  scopes,
  membership: { organizationId: 'o', slug: 'o', name: 'O', role },
});

describe('a token', () => {
  it('S-080 only reads without the scope write, whoever made it', () => {
    for (const scopes of [['read'], ['registry'], ['read', 'registry'], []])
      for (const role of roles) expect(mayAs(tokenHolderOf(holder(scopes, role)), 'o', 'developer')).toBe(false);
  });

  it('S-080 never does more than its maker may', () => {
    expect(mayAs(tokenHolderOf(holder(['write'], 'viewer')), 'o', 'developer')).toBe(false);
    expect(mayAs(tokenHolderOf(holder(['write'], 'developer')), 'o', 'developer')).toBe(true);
    expect(mayAs(tokenHolderOf(holder(['write'], 'developer')), 'o', 'admin')).toBe(false);
  });

  it('is worth nothing in another organization, and with a scope that is not known', () => {
    expect(mayAs(tokenHolderOf(holder(['write'], 'owner')), 'other', 'viewer')).toBe(false);
    expect(tokenHolderOf(holder(['admin', '__proto__'], 'owner')).scopes).toEqual([]);
  });
});
