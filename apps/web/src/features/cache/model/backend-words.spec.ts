import type { ProjectCache } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { builtWith, timeAndSize } from './backend-words';

const none: ProjectCache['backends'][number] = {
  ...{ backend: 'inline', builds: 0, savedMs: null, importMs: null, importBytes: null },
  ...{ exports: 0, exportMs: null, exportBytes: null },
};

describe('what a place of the cache was worth', () => {
  it('is not known where no build has used it', () => {
    expect(builtWith(none)).toBe('no numbers yet');
    expect(timeAndSize(none.exportMs, none.exportBytes)).toBe('–');
  });

  it('is told by what builds took and left', () => {
    expect(builtWith({ ...none, builds: 1, exports: 1 })).toBe('1 build, each left something');
    expect(builtWith({ ...none, builds: 7, exports: 2 })).toBe('7 builds, 2 left something');
    expect(timeAndSize(1_500, 2_097_152)).toBe('1.5 s, 2.0 MiB');
    expect(timeAndSize(0, 0)).toMatch(/^0/);
  });
});
