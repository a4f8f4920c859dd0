import { describe, expect, it } from 'vitest';
import { ProvenCallers } from './proven-callers.js';

describe('ProvenCallers', () => {
  it('R2-M-6 knows who proved a call to which project, for a day', () => {
    let now = 0;
    const callers = new ProvenCallers(() => now);
    callers.add('p', 'a');
    expect([callers.has('p', 'a'), callers.has('p', 'b'), callers.has('q', 'a')]).toEqual([true, false, false]);
    now = 24 * 60 * 60 * 1000;
    expect(callers.has('p', 'a')).toBe(false);
  });

  it('R2-M-6 lets the addresses of one project push out none of another, however many they are', () => {
    const callers = new ProvenCallers();
    callers.add('honest', 'a');
    for (let at = 0; at < 10_100; at++) callers.add('p', `b${at}`);
    expect(callers.has('honest', 'a')).toBe(true);
    expect([callers.has('p', 'b0'), callers.has('p', 'b10099')]).toEqual([false, true]);
  });
});
