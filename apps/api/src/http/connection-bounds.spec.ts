import { expect, it } from 'vitest';
import { maxConnections, maxLiveConnections, maxTunnels } from './connection-bounds.js';

it('R18A-1 leaves requests half of the connections, and refuses tunnels before the server does', () => {
  expect(maxTunnels).toBeLessThanOrEqual(maxConnections / 2);
  expect(maxLiveConnections).toBeLessThan(maxConnections);
});
