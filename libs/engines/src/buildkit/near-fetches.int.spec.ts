import { type OwnEngine, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BuildkitEngine } from './engine.js';

describe('an engine that nothing stands around', () => {
  let own: OwnEngine;
  let engine: BuildkitEngine;
  beforeAll(async () => {
    own = await startOwnEngine();
    engine = new BuildkitEngine({ address: own.address });
  });
  afterAll(async () => {
    await engine.close();
    await own.stop();
  });

  it('R-C2 is found to reach what is near, although a build of ours may not ask it to', async () => {
    expect(await engine.reachesNear(AbortSignal.timeout(60_000))).toBe('reached');
  });

  it('R-C2 cannot be asked once it is gone', async () => {
    const gone = new BuildkitEngine({ address: `${own.address}.nobody` });
    await expect(gone.reachesNear(AbortSignal.timeout(60_000))).rejects.toMatchObject({ code: 'EngineUnavailable' });
    await gone.close();
  });
});
