import { describe, expect, it } from 'vitest';
import { cacheEconomy, type TimedStep } from './economy.js';

const step = (name: string, cached: boolean, ms: number | null, usualMs: number | null): TimedStep => ({
  ...{ name, internal: false, cached, ms, usualMs },
});

describe('what a cache was worth', () => {
  it('counts time, not steps', () => {
    const steps = [step('[2/3] RUN make', true, 0, 9_000), step('[3/3] RUN true', false, 1_000, 1_000)];
    expect(cacheEconomy(steps)).toEqual({ savedMs: 9_000, ranMs: 1_000, importMs: 0, share: 0.9, untimed: 0 });
  });

  it('says of how many steps no time is known, and leaves out base images and bookkeeping', () => {
    const imported = { ...step('importing cache manifest from a/b', false, 40, null), internal: true };
    const steps = [
      ...[step('[1/3] FROM busybox', true, 0, 5_000), step('[2/3] COPY . .', true, 0, null)],
      ...[imported, { ...imported, ms: 60 }, { ...step('[internal] load', false, 7, null), internal: true }],
    ];
    expect(cacheEconomy(steps)).toEqual({ savedMs: 0, ranMs: 0, importMs: 60, share: null, untimed: 1 });
  });
});
