import { describe, expect, it } from 'vitest';
import { engineFloor, houseOf, meetsFloor } from './lane.js';

describe('S-052 the floor of an engine for strangers', () => {
  it.each([engineFloor, `v${engineFloor}`, 'v0.31.3', '0.32.0', 'v0.34.2', 'v1.0.0', 'v0.32.0-rc1', '0.31.2+dirty'])(
    'is met by %s',
    (version) => {
      expect(meetsFloor(version)).toBe(true);
    },
  );

  it.each([
    'v0.31.1',
    'v0.31.2-rc1',
    'v0.30.99',
    'v0.9.0',
    'docker 28.5.2',
    'docker 0.31.2',
    'unknown',
    '',
    'v0.31',
    '99',
  ])('is not met by %s', (version) => {
    expect(meetsFloor(version)).toBe(false);
  });

  it.each(['v0.31.2\nv0.34.2', ' v0.34.2', 'v0.34.2 ', '0x1.99.99', `v${'9'.repeat(400)}.0.0`])(
    'is not met by what only looks like a version: %j',
    (version) => {
      expect(meetsFloor(version)).toBe(false);
    },
  );
});

describe('the state of an engine for strangers', () => {
  it('is shared within an organization and zone, and by no fork', () => {
    const own = { organizationId: 'a', zone: 'protected' } as const;
    expect(houseOf(own)).toBe(houseOf({ ...own }));
    expect(houseOf(own)).not.toBe(houseOf({ ...own, zone: 'branch' }));
    expect(houseOf(own)).not.toBe(houseOf({ ...own, organizationId: 'b' }));
    expect(houseOf({ ...own, zone: 'fork' })).toBeNull();
  });
});
