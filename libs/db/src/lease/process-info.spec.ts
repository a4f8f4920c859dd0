import { describe, expect, it } from 'vitest';
import { processInfoOf } from './process-info.js';

describe('what a process says of itself', () => {
  it('is kept as it is where it can be read', () => {
    const process = { place: 'p', pid: 1, startedAs: '2', parent: 0 };
    const said = {
      ...{ slots: 2, engine: 'buildkit', engineVersion: 'v1', engineFeatures: { a: true }, platforms: ['linux/amd64'] },
      ...{ zones: ['fork'], lane: 'strangers', organizationsTrustEachOther: false, version: '1', draining: true },
      ...{ diskFreeBytes: 1, diskTotalBytes: 2, memoryFreeBytes: 3, memoryTotalBytes: 4, note: null, process },
      engineStore: { bytes: 1, records: 2, mountBytes: 3, mounts: 4, oldestUse: null, measuredAt: 'now' },
      ...{ supervisor: process, loops: [{ loop: 'publish', state: 'held', forMs: 1, due: 2 }] },
    };
    expect(processInfoOf(said)).toEqual(said);
  });

  it.each([null, 5, 'x', ['slots'], undefined])('R17C-4 is nothing where it is no object: %s', (said) => {
    expect(processInfoOf(said)).toEqual({});
  });

  it('R17C-4 lacks what has another type, or is no field', () => {
    const said = {
      ...{ slots: '2', platforms: 5, zones: [1], lane: 'other', diskFreeBytes: -1, memoryFreeBytes: 1e300, note: {} },
      ...{
        loops: [{ loop: 'a', state: 'odd', forMs: 1, due: 1 }],
        engineStore: { bytes: 1 },
        process: [],
        constructor: 1,
      },
      ...{ engineFeatures: [], version: '1' },
    };
    expect(processInfoOf(said)).toEqual({ version: '1' });
  });
});
