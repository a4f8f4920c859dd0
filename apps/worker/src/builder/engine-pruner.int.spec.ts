import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildOutcome, type BuildRequest, createEngine, type Engine } from '@cooperage/engines';
import { createLogger } from '@cooperage/telemetry';
import { type OwnEngine, services, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { DiskFloor } from './disk-floor.js';
import { EnginePruner } from './engine-pruner.js';

const mebibyte = 1024 ** 2;
/** 20 MiB of it have to stay free, and the cache gives way up to 40. */
const diskBytes = 400 * mebibyte;
const layerMib = 60;

const logger = createLogger({ process: 'test', level: 'silent' });
const info = vi.spyOn(logger, 'info');
let own: OwnEngine;
let engine: Engine;
let floor: DiskFloor;
beforeAll(async () => {
  own = await startOwnEngine({ diskBytes });
  engine = createEngine('buildkit', { address: own.address, cgroupRoot: null, insecureRegistry: true });
  let now = 0;
  const pruner = new EnginePruner(engine, logger, () => (now += 60_000));
  floor = new DiskFloor(own.dataFolder, logger, { ask: async () => false }, pruner);
});
afterAll(async () => {
  await engine.close();
  await own.stop();
});

function build(dockerfile: string): Promise<BuildOutcome> {
  const request: BuildRequest = {
    reference: randomBytes(16).toString('hex'),
    context: { files: [], sharedKey: 'trial' },
    dockerfile: { path: 'Dockerfile', content: Buffer.from(dockerfile) },
    ...{ platform: 'linux/amd64', buildArgs: {}, labels: {}, annotations: {}, sourceDateEpoch: 1_700_000_000 },
    ...{ secrets: new Map(), registryAuth: { token: async () => null, credentials: () => null } },
    push: { host: services().openRegistry, repository: 'trial/disk' },
    ...{ cacheImports: [], cacheMountNamespace: 'trial', limits: { networkMode: 'none', group: 'trial' } },
  };
  return engine.build(request, () => {}, new AbortController().signal);
}

const layer = (name: string) => `FROM busybox\nRUN dd if=/dev/zero of=/${name} bs=1M count=${layerMib}\n`;
const freeBytes = () => {
  const { bavail, bsize } = statfsSync(own.dataFolder);
  return bavail * bsize;
};

/** Somebody else takes what is free of the disk, but for half of the floor. */
let ballasts = 0;
function fill(): void {
  const takes = freeBytes() - 10 * mebibyte;
  const file = join(own.dataFolder, `ballast-${ballasts}`);
  if (takes > 0 && ballasts++ >= 0) execFileSync('fallocate', ['--length', String(takes), file]);
}

it('the cache of a real engine gives way where the disk is short, what was used least lately first, and builds go on', async () => {
  for (const name of ['first', 'second', 'third']) await build(layer(name));
  expect(freeBytes()).toBeGreaterThan(40 * mebibyte);
  const before = (await engine.store!()).bytes;
  expect(before).toBeGreaterThan(3 * layerMib * mebibyte);
  await floor.look();
  expect(floor.obstacle).toBeNull();
  expect(await engine.prune!(40 * mebibyte)).toEqual({ records: 0, bytes: 0 });
  expect((await engine.store!()).bytes).toBe(before);

  fill();
  await floor.look();
  expect(floor.obstacle).toMatch(/^It takes no builds: its disk has 0\.0 GiB left/);
  await expect.poll(() => floor.look().then(() => floor.obstacle)).toBeNull();
  expect(freeBytes()).toBeGreaterThanOrEqual(40 * mebibyte);
  const removed = before - (await engine.store!()).bytes;
  expect(removed).toBeGreaterThanOrEqual(layerMib * mebibyte);
  expect(removed).toBeLessThan(2 * layerMib * mebibyte);
  const lines = info.mock.calls.filter(([, text]) => text?.includes('removed cache'));
  expect(lines).toEqual([[expect.objectContaining({ bytes: removed }), expect.any(String)]]);
  // What was used last is still there.
  expect(await build(layer('third'))).toMatchObject({ stepsRun: 0 });
});

it('where something else fills the disk the reason says that the cache does not, until there is room', async () => {
  await expect
    .poll(async () => {
      fill();
      await floor.look();
      return floor.obstacle;
    })
    .toMatch(/^It takes no builds: .* The engine has no cache on it that could be removed: something else fills it\.$/);
  expect(await engine.store!()).toMatchObject({ records: 0 });
  for (let n = 0; n < ballasts; n++) rmSync(join(own.dataFolder, `ballast-${n}`));
  await floor.look();
  expect(floor.obstacle).toBeNull();
  expect(await build(layer('fourth'))).toMatchObject({ stepsRun: 1 });
  // As it is asked where inodes are short.
  await engine.prune!(null);
  expect(await engine.store!()).toMatchObject({ records: 0 });
});
