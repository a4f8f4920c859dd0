import { describe, expect, it } from 'vitest';
import { identityOf, mayEnter } from './oidc-identity.js';

const of = (claims: Record<string, unknown>) => identityOf('https://id.example', 'sub-1', claims);

describe('identityOf', () => {
  it('takes a mail address only when the provider has verified it', () => {
    expect(of({ email: 'Ada@Example.org ', email_verified: true }).email).toBe('ada@example.org');
    for (const email_verified of [false, undefined, 'true', 1, null])
      expect(of({ email: 'ada@example.org', email_verified }).email).toBeNull();
    for (const email of ['', 'no-at', 'a b@c', 5, ['a@b.c'], `${'a'.repeat(400)}@b.c`])
      expect(of({ email, email_verified: true }).email).toBeNull();
  });

  it('has a name in every case', () => {
    expect(of({ name: 'Ada' }).name).toBe('Ada');
    expect(of({ name: ' ', preferred_username: 'ada' }).name).toBe('ada');
    expect(of({ email: 'a@b.c', email_verified: true }).name).toBe('a@b.c');
    expect(of({ name: 'x'.repeat(500) }).name).toHaveLength(120);
    expect(of({}).name).toBe('sub-1');
  });
});

describe('mayEnter', () => {
  it('demands one of the groups, where some are demanded', () => {
    expect(mayEnter(of({ groups: ['a', 'b'] }), ['b', 'c'])).toBe(true);
    expect(mayEnter(of({ groups: 'b' }), ['b'])).toBe(true);
    expect(mayEnter(of({ groups: ['B', 'bb', { b: 1 }] }), ['b'])).toBe(false);
    expect(mayEnter(of({}), ['b'])).toBe(false);
    expect(mayEnter(of({}), [])).toBe(true);
  });
});
