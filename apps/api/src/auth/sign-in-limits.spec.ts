import { describe, expect, it } from 'vitest';
import { CountedKeys } from '../../spec/counted-keys.js';
import { type CountStore, SharedRateLimits } from '../http/shared-rate-limits.js';
import { SignInLimits } from './sign-in-limits.js';

/** Without a store each process counts alone: what is tested here are the bounds. */
const away: CountStore = { add: () => Promise.reject(new Error('away')), forget: () => Promise.resolve() };
const known = { has: async (_email: string, address: string) => address === '9.9.9.9' };
const limitsAt = (nowMs: () => number) =>
  new SignInLimits(new SharedRateLimits(away, { warn: () => {} }, nowMs), known);

const tries = async (limits: SignInLimits, count: number, who: (at: number) => [string, string]) => {
  for (let at = 0; at < count; at++) {
    try {
      await limits.take(...who(at));
    } catch {
      return at;
    }
  }
  return count;
};

describe('S-079 guessing passwords', () => {
  it('of one account from one address ends soon', async () => {
    expect(
      await tries(
        limitsAt(() => 0),
        1_000,
        () => ['a@x.example', '1.1.1.1'],
      ),
    ).toBe(10);
  });

  it('of many accounts from one address ends, too', async () => {
    expect(
      await tries(
        limitsAt(() => 0),
        1_000,
        (at) => [`${at}@x.example`, '1.1.1.1'],
      ),
    ).toBe(50);
  });

  it('of one account from many addresses ends later, so that it is no way to lock somebody out', async () => {
    expect(
      await tries(
        limitsAt(() => 0),
        1_000,
        (at) => ['a@x.example', `10.0.${at >> 8}.${at & 255}`],
      ),
    ).toBe(200);
  });

  it('R-Low-10 of one account from many addresses does not lock a person out at an address that is known', async () => {
    const limits = limitsAt(() => 0);
    await tries(limits, 1_000, (at) => ['a@x.example', `10.0.${at >> 8}.${at & 255}`]);
    await expect(limits.take('a@x.example', '1.1.1.1')).rejects.toMatchObject({ code: 'rate_limited' });
    await limits.take('a@x.example', '9.9.9.9');
    // The known address has the bounds of any other.
    expect(await tries(limits, 1_000, () => ['a@x.example', '9.9.9.9'])).toBe(9);
  });

  it('R-Low-9 of one account from the addresses of one IPv6 network ends soon', async () => {
    expect(
      await tries(
        limitsAt(() => 0),
        1_000,
        (at) => ['a@x.example', `2001:db8::${at.toString(16)}`],
      ),
    ).toBe(10);
  });

  it('R3-N8 of many accounts from the networks of one IPv6 site ends, and other sites go on', async () => {
    const limits = limitsAt(() => 0);
    expect(await tries(limits, 1_000, (at) => [`${at}@x.example`, `2001:db8:0:${at.toString(16)}::1`])).toBe(200);
    await limits.take('a@x.example', '2001:db8:1::1');
  });

  it('counts one account however it is written', async () => {
    expect(
      await tries(
        limitsAt(() => 0),
        1_000,
        (at) => [at % 2 ? 'A@X.example' : ' a@x.example', '1.1.1.1'],
      ),
    ).toBe(10);
  });

  it('goes on after a while, and after a right password', async () => {
    let now = 0;
    const limits = limitsAt(() => now);
    expect(await tries(limits, 11, () => ['a@x.example', '1.1.1.1'])).toBe(10);
    now = 600_000;
    expect(await tries(limits, 9, () => ['a@x.example', '1.1.1.1'])).toBe(9);
    await limits.succeeded('a@x.example', '1.1.1.1');
    expect(await tries(limits, 9, () => ['a@x.example', '1.1.1.1'])).toBe(9);
  });
});

describe('R3-N9 counting tries does not fill the store', () => {
  const limitsOn = (store: CountStore) => new SignInLimits(new SharedRateLimits(store, { warn: () => {} }), known);
  const attempt = (limits: SignInLimits, email: string, address: string) =>
    limits.take(email, address).catch(() => undefined);

  it('makes no further key for an address that is refused, whatever accounts it names', async () => {
    const store = new CountedKeys();
    const limits = limitsOn(store);
    for (let at = 0; at < 51; at++) await attempt(limits, `${at}@x.example`, '1.1.1.1');
    const before = store.counts.size;
    for (let at = 51; at < 500; at++) await attempt(limits, `${at}@x.example`, '1.1.1.1');
    expect(store.counts.size).toBe(before);
  });

  it('makes no key for an address where an account is refused that it never signed in to', async () => {
    const store = new CountedKeys();
    const limits = limitsOn(store);
    for (let at = 0; at < 300; at++) await attempt(limits, 'a@x.example', `10.0.${at >> 8}.${at & 255}`);
    expect([...store.counts.keys()].filter((key) => key.startsWith('sign-in pair:'))).toHaveLength(200);
  });

  it('counts accounts under a bounded number of keys', async () => {
    const store = new CountedKeys();
    const limits = limitsOn(store);
    const accounts = 20_000;
    for (let at = 0; at < accounts; at++)
      await attempt(limits, `${at}@x.example`, `10.${at >> 13}.${(at >> 5) & 255}.1`);
    const keys = [...store.counts.keys()].filter((key) => key.startsWith('sign-in account:'));
    // Of 262,144 keys, so many accounts share about 740.
    expect(keys.length).toBeGreaterThan(accounts * 0.9);
    expect(keys.length).toBeLessThan(accounts);
  });
});
