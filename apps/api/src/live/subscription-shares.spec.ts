import { describe, expect, it } from 'vitest';
import { currentShare } from '../http/caller.js';
import { SubscriptionShares } from './subscription-shares.js';

describe('what the pages of one person subscribe to', () => {
  it('R7-A4 is 16 subscriptions at once, in the share of the person', async () => {
    const shares = new SubscriptionShares();
    const end = Promise.withResolvers<void>();
    const begun: string[] = [];
    const start = (userId: string) =>
      shares.run(userId, async () => {
        await Promise.resolve();
        begun.push(currentShare());
        await end.promise;
      });
    const own = Array.from({ length: 20 }, () => start('flood'));
    const other = start('other');
    await expect.poll(() => begun).toContain('other');
    expect(begun.filter((share) => share === 'flood')).toHaveLength(16);
    end.resolve();
    await Promise.all([...own, other]);
    expect(begun).toHaveLength(21);
    expect(currentShare()).toBe('');
  });

  it('V7-L10 may be all that they follow, at once', async () => {
    const shares = new SubscriptionShares();
    let begun = 0;
    const all = Array.from({ length: 1_600 }, () => shares.run('pages', async () => void begun++));
    await Promise.all(all);
    expect(begun).toBe(1_600);
  });

  it('R7-A4 is 3,000 subscriptions in a minute', async () => {
    const shares = new SubscriptionShares();
    const nothing = async () => undefined;
    for (let at = 0; at < 3_000; at++) await shares.run('flood', nothing);
    await expect(shares.run('flood', nothing)).rejects.toMatchObject({ code: 'rate_limited' });
    await expect(shares.run('other', nothing)).resolves.toBeUndefined();
  });
});
