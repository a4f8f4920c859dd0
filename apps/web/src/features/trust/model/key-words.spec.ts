import { describe, expect, it } from 'vitest';
import { effectWords, keyState, verifyUntil } from './key-words';

describe('words about keys', () => {
  it('say what a key does now', () => {
    expect(keyState({ state: 'signing', counts: true }).words).toBe('signing');
    expect(keyState({ state: 'verify_only', counts: true }).words).toBe('verify only');
    expect(keyState({ state: 'verify_only', counts: false }).words).toBe('ran out');
    expect(keyState({ state: 'revoked', counts: false })).toEqual({ words: 'revoked', tone: 'bad' });
  });

  it('say what goes with a key', () => {
    expect(effectWords(0, 0, false)).toBe('No image depends on this key alone.');
    expect(effectWords(1, 0, false)).toContain('1 image is');
    expect(effectWords(3, 50, true)).toContain('more than 50 tags');
  });

  it('count days from now', () => {
    expect(verifyUntil(30, Date.parse('2026-11-24T12:00:00Z'))).toBe('2026-12-24T12:00:00.000Z');
  });
});
