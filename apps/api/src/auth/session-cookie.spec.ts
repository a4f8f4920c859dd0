import { describe, expect, it } from 'vitest';
import { cookieValue, sessionCookieOf, signedValue, verifiedToken } from './session-cookie.js';

const [oldKey, newKey] = ['o'.repeat(32), 'n'.repeat(32)];

describe('the session cookie', () => {
  it('S-076 is bound to its host where there is https', () => {
    expect(sessionCookieOf('https://c.example')).toEqual({ name: '__Host-cooperage-session', secure: true });
    expect(sessionCookieOf('http://127.0.0.1:8080')).toEqual({ name: 'cooperage-session-8080', secure: false });
  });

  it('is found among others', () => {
    expect(cookieValue('a=1; s=t.x%3D; b=2', 's')).toBe('t.x=');
    expect(cookieValue('xs=1; s2=2', 's')).toBeUndefined();
    expect(cookieValue('s=%zz', 's')).toBeUndefined();
    expect(cookieValue(undefined, 's')).toBeUndefined();
  });

  it('is taken when one of the keys has signed it', () => {
    const value = decodeURIComponent(signedValue('token', oldKey));
    expect(verifiedToken(value, [newKey, oldKey])).toBe('token');
    expect(verifiedToken(value, [newKey])).toBeUndefined();
  });

  it.each(['', '.', 'token', 'token.', 'token.AAAA', `token.${'A'.repeat(44)}`, `${'x'.repeat(600)}.y`, '.c2ln'])(
    'S-075 refuses %j',
    (value) => expect(verifiedToken(value, [newKey])).toBeUndefined(),
  );

  it('S-075 takes a signature in one form only', () => {
    const value = decodeURIComponent(signedValue('token', newKey));
    for (const other of [`${value}x`, value.slice(0, -1), `${value} `, value.replace('.', '. ')])
      expect(verifiedToken(other, [newKey])).toBeUndefined();
  });

  it('S-075 refuses a signature that belongs to another token', () => {
    const [, signature] = decodeURIComponent(signedValue('mine', newKey)).split('.');
    expect(verifiedToken(`yours.${signature}`, [newKey])).toBeUndefined();
  });
});
