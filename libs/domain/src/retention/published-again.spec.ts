import { describe, expect, it } from 'vitest';
import { publishedAgain, type ZonePublications } from './published-again.js';

const before = (zone: ZonePublications['zone']): ZonePublications => ({ zone, before: true, since: null });
const since = (zone: ZonePublications['zone'], isBefore = false): ZonePublications => ({
  ...{ zone, before: isBefore, since: 7 },
});

describe('an image whose deletion was asked for', () => {
  it('is published again by a build that ends later and succeeds', () => {
    expect(publishedAgain([since('branch', true)])).toBe(7);
    expect(publishedAgain([before('fork'), since('protected')])).toBe(7);
    expect(publishedAgain([since('fork')])).toBe(7);
    expect(publishedAgain([since('fork'), since('branch', true)])).toBe(7);
  });

  it('R5-C7 is published again by no build of a lower zone', () => {
    expect(publishedAgain([before('protected'), since('branch')])).toBeNull();
    expect(publishedAgain([since('fork', true), before('branch')])).toBeNull();
    expect(publishedAgain([before('branch')])).toBeNull();
    expect(publishedAgain([])).toBeNull();
  });
});
