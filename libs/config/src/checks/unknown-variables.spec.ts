import { describe, expect, it } from 'vitest';
import { namesOf, problems } from '../../spec/environments.js';

describe('unknown variables', () => {
  it('are refused with the nearest name', () => {
    expect(problems('builder', { COOPERAGE_MIROR_ROOT: '/x' })).toEqual([
      { name: 'COOPERAGE_MIROR_ROOT', says: 'is not known. Did you mean COOPERAGE_MIRROR_ROOT?' },
    ]);
    expect(problems('web', { COOPERAGE_ZZZZZZZZZZZZZZZZZZZZ: '1' })[0]!.says).toBe('is not known');
  });

  it('are our own only, and known ones of other processes may be there', () => {
    expect(problems('web', { HOME: '/root', COOPERAGE_LEASE_MS: '5000', COOPERAGE_CACHE: '/cache' })).toEqual([]);
  });

  it('are not what Kubernetes injects for a service of our name', () => {
    const injected = {
      COOPERAGE_SERVICE_HOST: '10.0.0.1',
      COOPERAGE_PORT: 'tcp://10.0.0.1:80',
      COOPERAGE_PORT_80_TCP_ADDR: '10.0.0.1',
    };
    expect(problems('web', injected)).toEqual([]);
    expect(namesOf(problems('web', { COOPERAGE_PORT: '80' }))).toEqual(['COOPERAGE_PORT']);
  });
});
