import { expect, it } from 'vitest';
import { gateLimits } from '../hooks/intake.routes.js';
import { maxConnections, maxLiveConnections, maxRequests, maxTunnels } from './connection-bounds.js';

it('R18A-1 R19A-1 has rules that know the forwarded address met before the server refuses anybody', () => {
  expect(maxTunnels + maxRequests).toBeLessThanOrEqual(maxConnections - 512);
  expect(2 * maxTunnels).toBeLessThan(maxLiveConnections);
  expect(maxLiveConnections).toBeLessThan(maxConnections);
});

it('R19A-1 answers webhooks without room before requests give way', () => {
  expect(gateLimits.maxCalls).toBeLessThanOrEqual(maxRequests - 512);
});
