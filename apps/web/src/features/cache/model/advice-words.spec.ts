import { describe, expect, it } from 'vitest';
import { adviceChange, adviceWords } from './advice-words';

const project = { cacheMode: 'max', cacheBackend: 'registry' } as const;
const mode = { kind: 'mode', setting: 'automatic', mode: 'min', moreMs: 4_200 } as const;
const backend = { kind: 'backend', backend: 'local', moreMs: 61_000 } as const;

describe('a recommendation', () => {
  it('says what would earn more, and by how much', () => {
    expect(adviceWords(mode, project)).toBe(
      'Mode min was worth about 4.2 s more a build here than mode max: let the mode be chosen by these numbers.',
    );
    expect(adviceWords({ ...mode, mode: 'none' }, project)).toMatch(/^To leave nothing is worth about 4\.2 s more/);
    expect(adviceWords(backend, project)).toBe(
      'A cache on the worker’s disk was worth about 1 min 01 s more a build here than one in the registry.',
    );
  });

  it('is one change of the settings, which can be taken back', () => {
    expect(adviceChange(mode, project)).toMatchObject({ body: { cacheMode: 'automatic' }, undo: { cacheMode: 'max' } });
    expect(adviceChange(backend, project)).toMatchObject({
      ...{ label: 'Keep it on the worker’s disk', body: { cacheBackend: 'local' }, undo: { cacheBackend: 'registry' } },
    });
  });
});
