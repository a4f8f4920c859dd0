import { expect, it } from 'vitest';
import { gateLimits } from '../hooks/intake.routes.js';
import { usualBounds } from '../registry-proxy/passage.js';
import { maxConnections, maxLiveConnections, maxPassedRequests, maxRequests, maxTunnels } from './connection-bounds.js';

it('R18A-1 R19A-1 has rules that know the forwarded address met before the server refuses anybody', () => {
  expect(maxTunnels + maxRequests).toBeLessThanOrEqual(maxConnections - 512);
  expect(2 * maxTunnels).toBeLessThan(maxLiveConnections);
  expect(maxLiveConnections).toBeLessThan(maxConnections);
});

it('R19A-1 answers webhooks without room before requests give way', () => {
  expect(gateLimits.maxCalls).toBeLessThanOrEqual(maxRequests - 512);
});

it('R20A-1 has requests to the registry give way before connections are full, and blobs before other requests', () => {
  expect(usualBounds.requests).toBeLessThanOrEqual(maxConnections - 512);
  expect(usualBounds.requests).toBe(maxPassedRequests);
  expect(usualBounds.transfers).toBeLessThanOrEqual(usualBounds.requests - 512);
});
