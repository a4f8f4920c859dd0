import { describe, expect, it } from 'vitest';
import { DeliveryBounds } from './delivery-bounds.js';

const limits = { mostWaiting: 3, perMinute: 5 };

describe('DeliveryBounds', () => {
  it('R-H11 bounds what waits for evaluation of a project, and asks the database once for a burst', async () => {
    let asked = 0;
    const unevaluated = async (id: string) => {
      asked++;
      return id === 'full' ? 3 : 1;
    };
    const bounds = new DeliveryBounds({ unevaluated }, limits);
    expect(await bounds.refusalOf('full', true)).toMatchObject({ retryAfterSeconds: expect.any(Number) });
    const burst = await Promise.all([1, 2, 3].map(() => bounds.refusalOf('other', true)));
    expect(burst.map((refusal) => refusal === null)).toEqual([true, true, false]);
    expect(asked).toBe(2);
  });

  it('R-H11 lets in what starts nothing while others wait, up to the rate of a project', async () => {
    const bounds = new DeliveryBounds({ unevaluated: async () => 3 }, limits);
    const calls = await Promise.all(Array.from({ length: 7 }, () => bounds.refusalOf('p', false)));
    expect(calls.filter((refusal) => refusal === null)).toHaveLength(5);
    expect(await bounds.refusalOf('q', false)).toBeNull();
  });

  it('counts what is far below the bound each ten seconds only, and each second what is near it', async () => {
    let now = 0;
    let asked = 0;
    const unevaluated = async (id: string) => {
      asked++;
      return id === 'near' ? 60 : 0;
    };
    const bounds = new DeliveryBounds({ unevaluated }, { mostWaiting: 100, perMinute: 1_000 }, () => now);
    const askedIn = async (project: string, seconds: number) => {
      const before = asked;
      for (let second = 0; second < seconds; second++) {
        expect(await bounds.refusalOf(project, true)).toBeNull();
        now += 1_000;
      }
      return asked - before;
    };
    expect([await askedIn('near', 10), await askedIn('far', 10)]).toEqual([10, 1]);
    for (let count = 0; count < 50; count++) await bounds.refusalOf('grows', true);
    now += 1_000;
    expect(await askedIn('grows', 1)).toBe(1);
  });

  it('counts anew after a moment, and after a count that failed', async () => {
    let now = 0;
    const answers = [Promise.reject(new Error('gone')), Promise.resolve(3), Promise.resolve(0)];
    const bounds = new DeliveryBounds({ unevaluated: () => answers.shift()! }, limits, () => now);
    await expect(bounds.refusalOf('p', true)).rejects.toThrow('gone');
    expect(await bounds.refusalOf('p', true)).not.toBeNull();
    now += 5_000;
    expect(await bounds.refusalOf('p', true)).toBeNull();
  });
});
