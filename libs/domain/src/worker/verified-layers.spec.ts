import { describe, expect, it } from 'vitest';
import { verifiedLayersFloor, verifiesLayers } from './verified-layers.js';

describe('R12A-1 an engine that compares layers with the sums that an image names', () => {
  it.each([verifiedLayersFloor, 'v0.34.2', 'v0.35.0', 'v1.0.0'])('is %s', (version) => {
    expect(verifiesLayers(version)).toBe(true);
  });

  it.each(['docker 28.5.2', 'docker 29.0.0', 'v0.25.2', 'v0.31.2', 'v0.33.0', 'unknown', ''])(
    'is not %s',
    (version) => {
      expect(verifiesLayers(version)).toBe(false);
    },
  );
});
