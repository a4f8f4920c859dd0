import { describe, expect, it } from 'vitest';
import { freshToken } from '../auth/api-token.js';
import type { TokenHolder } from '../auth/principal.js';
import { RegistryCallers } from './registry-callers.js';

const tokens = Array.from({ length: 40 }, () => freshToken().secret);
const [mine] = tokens as [string];

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Looks that end when they are told to. */
function callers(lastHolderOf: (text: string) => string | null = () => null) {
  const looks: { text: string; end: (userId: string | null) => void }[] = [];
  const byToken = (text: string) =>
    new Promise<TokenHolder | null>((resolve) => {
      looks.push({ text, end: (userId) => resolve(userId === null ? null : ({ userId } as TokenHolder)) });
    });
  const limits = { total: 3, perKey: 2, perGroup: 2 };
  return { looks, callers: new RegistryCallers({ byToken, lastHolderOf }, limits) };
}

describe('R3-N8 who asks for a registry token', () => {
  it('is nobody without a token, and no look is taken for what cannot be one', async () => {
    const { looks, callers: some } = callers();
    expect(await some.holderOf({}, null, '192.0.2.1')).toBeNull();
    expect(await some.holderOf({}, 'a password', '192.0.2.1')).toBeNull();
    expect(looks).toEqual([]);
  });

  it('is known without a look where the token was right lately', async () => {
    const { looks, callers: some } = callers((text) => (text === mine ? 'ada' : null));
    expect(await some.holderOf({}, mine, '192.0.2.1')).toBe('ada');
    expect(looks).toEqual([]);
  });

  it('is looked up in turns by address, so that a flood of wrong tokens keeps no right one out', async () => {
    const { looks, callers: some } = callers();
    const flood = tokens.slice(1).map((token, at) => some.holderOf({}, token, `2001:db8:0:${at}::1`));
    await turn();
    expect(looks).toHaveLength(2);
    const asked = some.holderOf({}, mine, '192.0.2.1');
    await turn();
    expect(looks.map(({ text }) => text)).toContain(mine);
    looks.find(({ text }) => text === mine)!.end('ada');
    expect(await asked).toBe('ada');
    // Beyond those that wait, the rest count as strangers do.
    expect(await Promise.race([flood.at(-1), Promise.resolve('waits')])).toBeNull();
    for (let at = 0; at < looks.length; at++) {
      looks[at]!.end(null);
      await turn();
    }
    expect(new Set(await Promise.all(flood))).toEqual(new Set([null]));
  });

  it('is looked up once for a call, right or wrong', async () => {
    const { looks, callers: some } = callers();
    const request = {};
    const asked = some.holderOf(request, mine, '192.0.2.1');
    await turn();
    looks[0]!.end(null);
    expect(await asked).toBeNull();
    expect(await some.look(request, mine, '192.0.2.1')).toBeNull();
    expect(looks).toHaveLength(1);
  });

  it('is nobody where the look fails', async () => {
    const failing = new RegistryCallers({ byToken: () => Promise.reject(new Error('away')), lastHolderOf: () => null });
    expect(await failing.holderOf({}, mine, '192.0.2.1')).toBeNull();
  });
});
