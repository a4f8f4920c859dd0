import { describe, expect, it } from 'vitest';
import { createEngine, engineKinds, isEngineKind } from './engine-registry.js';

describe('the registry of engines', () => {
  it('makes each kind that it lists', () => {
    expect(engineKinds).toEqual(['buildkit', 'buildah']);
    const engine = createEngine('buildkit', { address: 'unix:///nowhere', cgroupRoot: null });
    expect(engine.kind).toBe('buildkit');
    expect(engine.features()).toMatchObject({ dockerfile: 'full', limits: false });
    expect(['buildkit', 'buildah', 'toString', 'fake'].map(isEngineKind)).toEqual([true, true, false, false]);
  });

  it('says at once that an address is none', () => {
    expect(() => createEngine('buildkit', { address: 'nowhere' })).toThrow(TypeError);
  });

  it('an engine that is not there says so', async () => {
    const engine = createEngine('buildkit', { address: 'unix:///nowhere', cgroupRoot: null });
    expect(await engine.check()).toMatchObject({ ok: false, detail: 'the engine does not answer' });
    await expect(engine.find('feed')).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await engine.close();
  });
});
