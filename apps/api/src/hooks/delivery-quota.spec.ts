import type { QuotaRepository } from '@cooperage/db';
import { describe, expect, it } from 'vitest';
import { DeliveryQuota } from './delivery-quota.js';

describe('DeliveryQuota', () => {
  it('R-M3 asks the database once for a burst of calls, and holds all of them to the one count', async () => {
    let asked = 0;
    const deliveryBytes = async () => {
      asked++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return { used: 10, limit: 30 };
    };
    const quota = new DeliveryQuota({ deliveryBytes } as unknown as QuotaRepository);
    const answers = await Promise.all(Array.from({ length: 5 }, () => quota.take('p', 10)));
    expect(asked).toBe(1);
    expect(answers.map((full) => full === null)).toEqual([true, true, false, false, false]);
  });

  it('bounds nothing where there is no quota', async () => {
    const quota = new DeliveryQuota({ deliveryBytes: async () => null } as unknown as QuotaRepository);
    expect(await quota.take('p', 1e15)).toBeNull();
  });
});
