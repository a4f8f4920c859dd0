import { describe, expect, it } from 'vitest';
import { effectiveRetention } from './retention-policy.js';

const defaults = { buildDays: 400, logDays: 90, deliveryDays: 30, graceDays: 7 };

describe('effectiveRetention', () => {
  it('takes the defaults of the installation when the organization has set nothing', () => {
    expect(effectiveRetention(defaults, null)).toEqual({
      policy: defaults,
      origins: {
        buildDays: 'installation',
        logDays: 'installation',
        deliveryDays: 'installation',
        graceDays: 'installation',
      },
    });
  });

  it('takes each value of the organization by itself, 0 included', () => {
    const override = { buildDays: null, logDays: 0, deliveryDays: 3, graceDays: null };
    const { policy, origins } = effectiveRetention(defaults, override);
    expect(policy).toEqual({ buildDays: 400, logDays: 0, deliveryDays: 3, graceDays: 7 });
    expect(origins).toMatchObject({ buildDays: 'installation', logDays: 'organization', deliveryDays: 'organization' });
  });
});
