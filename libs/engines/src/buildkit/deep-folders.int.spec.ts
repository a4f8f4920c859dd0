import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import type { BuildkitEngine } from './engine.js';
import { removeLeftLayers } from './left-layers.js';

const never = new AbortController().signal;
const openFiles = 1_024;
const cgroupParent = trialCgroupParent();
let own: Awaited<ReturnType<typeof startOwnEngine>>;
let engine: BuildkitEngine;
beforeAll(async () => {
  own = await startOwnEngine({ openFiles });
  engine = trialEngine({ address: own.address, cgroupParent, stateFolder: own.dataFolder });
});
afterAll(async () => {
  await endTrial(cgroupParent, engine);
  // Where the test has failed: nothing else removes it.
  await removeLeftLayers(own.dataFolder);
  await own.stop();
});

const layers = () => readdirSync(join(own.dataFolder, 'runc-overlayfs/snapshots/snapshots'));

it('R2-N12 folders deeper than an engine deletes fail the build with that, and are gone once the engine is wiped', async () => {
  // More folders than it may have open, and a path of more than 4,096 bytes.
  const path = 'ddd/'.repeat(600);
  const dig = `for i in 1 2; do mkdir -p ${path} && cd -P ${path} || exit 9; done`;
  const request = pushRequest(`FROM busybox\nRUN ${dig}\n`, { limits: { networkMode: 'none', group: 'deep' } });
  await expect(engine.build(request, () => {}, never)).rejects.toMatchObject({
    ...{ code: 'StepFailed', retryable: false },
    message: expect.stringMatching(/path that is too long for a layer/),
  });
  await engine.wipe();
  expect(await engine.store()).toMatchObject({ records: 0 });
  // The engine deletes others in its own time.
  await expect.poll(layers, { timeout: 20_000 }).toEqual([]);
  // It goes on building.
  await engine.build(pushRequest('FROM busybox\nRUN true\n', { limits: { networkMode: 'none' } }), () => {}, never);
});
