import { describe, expect, it } from 'vitest';
import { keysSources } from './keyed-sources.js';

describe('R19B-1 an engine whose keys say which source stands where', () => {
  it.each(['+cooperage.keyed-sources', 'abc+cooperage.keyed-sources+other'])('says %s', (revision) => {
    expect(keysSources(revision)).toBe(true);
  });

  it.each(['', 'b9b1f6a0c9d8', 'cooperage.keyed-sources-not', '+cooperage'])('does not say "%s"', (revision) => {
    expect(keysSources(revision)).toBe(false);
  });
});
