import { describe, expect, it } from 'vitest';
import { type BackendWorth, type CacheChoices, cacheAdvice } from './cache-advice.js';
import type { CacheBackend } from './cache-backend.js';
import type { ExportMode, ModeNumbers } from './export-mode.js';

const mode = (name: ExportMode, builds: number, netMs: number | null): ModeNumbers => ({
  ...{ mode: name, builds, gainMs: netMs, costMs: 0, bytes: null, netMs },
});
const place = (backend: CacheBackend, builds: number, savedMs: number | null, exportMs = 0): BackendWorth => ({
  ...{ backend, builds, savedMs, importMs: 0, exportMs, exports: builds },
});
const advice = (change: Partial<CacheChoices>) =>
  cacheAdvice({ setting: 'max', backend: 'registry', modes: [], backends: [], ...change });

describe('what would earn more', () => {
  it('is the mode that is worth more than the one that is set', () => {
    const modes = [mode('max', 20, 2_000), mode('min', 3, 9_000), mode('none', 3, 5_000)];
    expect(advice({ modes })).toEqual([{ kind: 'mode', setting: 'automatic', mode: 'min', moreMs: 7_000 }]);
  });

  it('is to leave nothing, where what is left costs more than it brings', () => {
    expect(advice({ modes: [mode('max', 20, -4_000), mode('min', 0, null)] })).toEqual([
      { kind: 'mode', setting: 'automatic', mode: 'none', moreMs: 4_000 },
    ]);
  });

  it('is no mode where the choice is ours already, the numbers are few or alike, or the cache is elsewhere', () => {
    const modes = [mode('max', 20, 2_000), mode('min', 3, 9_000)];
    expect(advice({ modes, setting: 'automatic' })).toEqual([]);
    expect(advice({ modes, backend: 'inline' })).toEqual([]);
    expect(advice({ modes: [mode('max', 9, 2_000), mode('min', 3, 9_000)] })).toEqual([]);
    expect(advice({ modes: [mode('max', 20, 2_000), mode('min', 2, 9_000)] })).toEqual([]);
    expect(advice({ modes: [mode('max', 20, 50_000), mode('min', 3, 54_000)] })).toEqual([]);
    expect(advice({ modes: [mode('none', 20, 2_000)], setting: 'none' })).toEqual([]);
    expect(advice({ modes: [mode('max', 20, null)] })).toEqual([]);
  });

  it('is the place that is worth more, what leaving it takes included', () => {
    const backends = [
      place('registry', 20, 30_000, 20_000),
      place('local', 12, 28_000, 1_000),
      place('inline', 9, 90_000),
    ];
    expect(advice({ backends })).toEqual([{ kind: 'backend', backend: 'local', moreMs: 17_000 }]);
    expect(advice({ backends, backend: 'local' })).toEqual([]);
    // Half of the builds had nothing to leave.
    const seldom = { ...place('registry', 20, 30_000, 20_000), exports: 10 };
    expect(advice({ backends: [seldom, place('local', 12, 28_000, 1_000)] })).toEqual([
      { kind: 'backend', backend: 'local', moreMs: 7_000 },
    ]);
  });

  it('is no place where either has few builds', () => {
    expect(advice({ backends: [place('registry', 9, 0), place('local', 12, 28_000)] })).toEqual([]);
    expect(advice({ backends: [place('registry', 20, 0), place('local', 9, 28_000)] })).toEqual([]);
    expect(advice({ backends: [place('registry', 20, 0), place('local', 0, null)] })).toEqual([]);
  });
});
