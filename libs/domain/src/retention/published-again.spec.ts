import { describe, expect, it } from 'vitest';
import { type EndedBuild, publishedAgain } from './published-again.js';

const since = new Date(1_000);
const build = (zone: EndedBuild['zone'], atMs: number, succeeded = true): EndedBuild => ({
  ...{ number: atMs, zone, succeeded },
  finishedAt: new Date(atMs),
});

describe('an image whose deletion was asked for', () => {
  it('is published again by a build that ends later and succeeds', () => {
    expect(publishedAgain([build('branch', 900), build('branch', 1_100)], since)?.number).toBe(1_100);
    expect(publishedAgain([build('fork', 900), build('protected', 1_100)], since)?.number).toBe(1_100);
    expect(publishedAgain([build('fork', 1_100)], since)?.number).toBe(1_100);
  });

  it('R5-C7 is published again by no build that failed, and by none of a lower zone', () => {
    expect(publishedAgain([build('branch', 900), build('branch', 1_100, false)], since)).toBeUndefined();
    expect(publishedAgain([build('protected', 900), build('branch', 1_100)], since)).toBeUndefined();
    expect(publishedAgain([build('branch', 900), build('fork', 1_100)], since)).toBeUndefined();
    expect(publishedAgain([build('branch', 900)], since)).toBeUndefined();
  });
});
