import type { PrincipalRepository, TokenHolderRecord } from '@cooperage/db';
import { describe, expect, it } from 'vitest';
import type { SessionSettings } from '../app/settings.js';
import { freshToken } from './api-token.js';
import { PrincipalsService } from './principals.service.js';
import { ProvenTokens } from './proven-tokens.js';
import { signedValue } from './session-cookie.js';

function principals() {
  const right = freshToken();
  let [looks, isRevoked] = [0, false];
  let answer = Promise.resolve();
  const record = {
    userId: 'ada',
    tokenId: 't',
    userName: 'Ada',
    tokenName: 'ci',
    scopes: ['registry'],
    membership: { role: 'viewer' },
  };
  const repository = {
    byTokenHash: async (hash: Uint8Array) => {
      looks++;
      const isRight = !isRevoked && Buffer.from(hash).equals(right.hash);
      await answer;
      return isRight ? (record as unknown as TokenHolderRecord) : null;
    },
    tokenUsed: async () => undefined,
  } as unknown as PrincipalRepository;
  const service = new PrincipalsService(repository, {} as SessionSettings);
  const ask = (text: string, address = '192.0.2.1') =>
    service.byToken(text, address).then(
      (holder) => holder?.userId ?? null,
      (error: { code: string }) => error.code,
    );
  const wrong = async (times: number, addressOf = (_at: number) => '192.0.2.1') => {
    const answers = [];
    for (let at = 0; at < times; at++) answers.push(await ask(freshToken().secret, addressOf(at)));
    return answers;
  };
  /** From now on looks stand until the function is called. */
  const stand = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    answer = promise;
    return resolve;
  };
  const revoke = () => (isRevoked = true);
  return { service, ask, wrong, right: right.secret, looks: () => looks, revoke, stand };
}

it('R3-N8 a token that was right is looked up although others send wrong ones from its address', async () => {
  const { ask, wrong, right, service, looks } = principals();
  expect(await ask(right)).toBe('ada');
  await wrong(100);
  const before = looks();
  expect(await wrong(5)).toEqual(Array(5).fill('rate_limited'));
  expect(looks()).toBe(before);
  expect(await ask(right)).toBe('ada');
  expect(service.lastHolderOf(right)).toBe('ada');
});

it('R3-N8 a token that is not right any more is no proof', async () => {
  const { ask, wrong, right, revoke, service } = principals();
  await ask(right);
  revoke();
  expect(await ask(right)).toBeNull();
  expect(service.lastHolderOf(right)).toBeNull();
  await wrong(99);
  expect(await ask(right)).toBe('rate_limited');
});

it('R3-N8 wrong tokens of the networks of one IPv6 site end together, and other sites go on', async () => {
  const { ask, wrong, right } = principals();
  const answers = await wrong(410, (at) => `2001:db8:0:${at.toString(16)}::1`);
  expect(answers.filter((answer) => answer === 'rate_limited')).toHaveLength(10);
  expect(await ask(right, '2001:db8:1::1')).toBe('ada');
});

it('R7-A11 looks at few of a burst of wrong tokens, and refuses the others without a look', async () => {
  const { ask, looks } = principals();
  const burst = await Promise.all(Array.from({ length: 250 }, () => ask(freshToken().secret)));
  expect(looks()).toBeLessThan(120);
  expect(burst.filter((answer) => answer === 'rate_limited')).toHaveLength(250 - looks());
});

it('R7-A11 looks at few of a burst of wrong tokens that the networks of one IPv6 site send', async () => {
  const { ask, looks } = principals();
  const from = (at: number) => `2001:db8:0:${at.toString(16)}::1`;
  for (let round = 0; round < 4; round++)
    await Promise.all(Array.from({ length: 250 }, (_, at) => ask(freshToken().secret, from(at))));
  expect(looks()).toBeLessThan(420);
});

it('R7-A11 looks at each of a burst of right tokens, however many come from one address', async () => {
  const { ask, right } = principals();
  const burst = await Promise.all(Array.from({ length: 250 }, () => ask(right)));
  expect(burst).toEqual(Array(250).fill('ada'));
});

it('V7-M4 looks once for all who wait with the same right token at one address, however many they are', async () => {
  const { ask, right, looks, stand } = principals();
  const go = stand();
  const burst = [];
  for (let at = 0; at < 600; at++) {
    burst.push(ask(right));
    // Each comes by itself.
    await Promise.resolve();
  }
  go();
  expect(await Promise.all(burst)).toEqual(Array(600).fill('ada'));
  expect(looks()).toBeLessThanOrEqual(17);
});

it('V7-M4 shares no look that has begun: the token may have been revoked since', async () => {
  const { ask, right, looks, stand, revoke } = principals();
  const go = stand();
  const before = ask(right);
  await expect.poll(looks).toBe(1);
  revoke();
  const after = ask(right);
  go();
  expect(await Promise.all([before, after])).toEqual(['ada', null]);
});

it('V7-M4 counts each of a burst with one wrong token', async () => {
  const { ask, right } = principals();
  const { secret } = freshToken();
  await Promise.all(Array.from({ length: 100 }, () => ask(secret)));
  expect(await ask(right)).toBe('rate_limited');
});

it('V7-M4 says that looks are not to be had, not that the caller is too many, while nobody of the address was wrong', async () => {
  const { ask, wrong, stand } = principals();
  await wrong(1, () => '192.0.2.2');
  const go = stand();
  const crowd = (address: string) => Array.from({ length: 273 }, () => ask(freshToken().secret, address));
  const [right, wrongBefore] = [crowd('192.0.2.1'), crowd('192.0.2.2')];
  expect(await right.at(-1)).toBe('unavailable');
  expect(await wrongBefore.at(-1)).toBe('rate_limited');
  go();
  await Promise.all([...right, ...wrongBefore]);
});

it('remembers a bounded number of right tokens for an hour', () => {
  let nowMs = 0;
  const proven = new ProvenTokens(() => nowMs, 2);
  const [a, b, c] = [freshToken().hash, freshToken().hash, freshToken().hash];
  for (const hash of [a, b, a, c]) proven.add(hash, 'ada');
  expect([a, b, c].map((hash) => proven.holderOf(hash))).toEqual(['ada', null, 'ada']);
  nowMs = 3_600_000;
  expect(proven.holderOf(a)).toBeNull();
});

describe('R9-A6 the cookie of a session', () => {
  const cookie = { name: 'cooperage-session', secure: false };
  const settings = { cookie, secretKeys: ['k'.repeat(32)] } as unknown as SessionSettings;
  const headerOf = (token: string) => `${cookie.name}=${signedValue(token, settings.secretKeys[0]!)}`;

  function sessions(goesOn: (token: string) => boolean) {
    const looks: string[] = [];
    const bySessionToken = async (token: string) => {
      looks.push(token);
      return goesOn(token) ? { userId: 'ada', memberships: [] } : null;
    };
    return { looks, service: new PrincipalsService({ bySessionToken } as unknown as PrincipalRepository, settings) };
  }

  it('that has ended is looked up a few times, and others of any address go on', async () => {
    const { looks, service } = sessions((token) => token !== 'old');
    for (let at = 0; at < 50; at++) expect(await service.byCookie(headerOf('old'))).toBeNull();
    expect(looks).toHaveLength(10);
    expect(await service.byCookie(headerOf('new'))).toMatchObject({ userId: 'ada' });
  });

  it('that goes on is looked up each time, so it ends with its session', async () => {
    let isThere = true;
    const { looks, service } = sessions(() => isThere);
    for (let at = 0; at < 50; at++) expect(await service.byCookie(headerOf('new'))).not.toBeNull();
    expect(looks).toHaveLength(50);
    isThere = false;
    expect(await service.byCookie(headerOf('new'))).toBeNull();
  });
});
