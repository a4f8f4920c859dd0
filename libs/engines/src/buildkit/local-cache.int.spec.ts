import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type OwnEngine, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LocalCaches } from '../local-cache/local-caches.js';
import { endTrial, trialCgroupParent } from '../testing/trial-engine.js';
import { unique } from '../testing/trial-request.js';
import { type TrialBuild, TrialSite } from '../testing/trial-site.js';
import { wipe } from '../testing/wipe.js';
import { BuildkitEngine } from './engine.js';

describe('a cache on the disk of a worker', () => {
  const cgroupParent = trialCgroupParent();
  const roots: string[] = [];
  const engines: BuildkitEngine[] = [];
  let own: OwnEngine;

  beforeAll(async () => {
    own = await startOwnEngine();
  });
  afterAll(async () => {
    await endTrial(cgroupParent, ...engines);
    await own.stop();
    for (const root of roots) rmSync(root, { recursive: true, force: true });
  });

  const worker = (budgetBytes = 1e9) => {
    const root = mkdtempSync(join(tmpdir(), 'cooperage-local-'));
    const engine = new BuildkitEngine({
      ...{ address: own.address, cgroupParent, localCaches: new LocalCaches(root, budgetBytes) },
    });
    roots.push(root);
    engines.push(engine);
    return { root, engine };
  };
  const build = (): TrialBuild => ({
    ...{ zone: 'protected', ref: 'refs/heads/main', exports: true },
    dockerfile: `FROM busybox AS first\nRUN head -c 300000 /dev/urandom > /home/${unique()}\nFROM busybox\nCOPY --from=first /home /home\n`,
  });
  const files = (root: string) =>
    readdirSync(root, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  const largestBlob = (root: string) =>
    files(root)
      .filter((path) => path.includes('/blobs/'))
      .sort((a, b) => statSync(b).size - statSync(a).size)[0]!;
  const warnings = ({ record }: Awaited<ReturnType<TrialSite['build']>>) =>
    record.warnings().flatMap(({ rule, message }) => (rule === 'LocalCache' ? [message] : []));

  it('holds the steps of all stages, and only for the worker that wrote it; another one says that it has none', async () => {
    const site = new TrialSite('local');
    const [here, elsewhere] = [worker(), worker()];
    const steps = build();
    const first = await site.build(here.engine, steps);
    expect(warnings(first)).toEqual([expect.stringContaining('has no local cache')]);
    await wipe(own.address);
    const again = await site.build(here.engine, { ...steps, exports: false });
    expect(again.record.ran()).toEqual([]);
    expect(warnings(again)).toEqual([]);
    const told = ({ record }: typeof again) => record.events.filter(({ type }) => type === 'cache');
    expect(told(first)).toEqual([{ type: 'cache', name: null }]);
    const digest = expect.stringMatching(/^sha256:[0-9a-f]{64}$/);
    expect(told(again)).toEqual([
      { type: 'cache', name: expect.stringContaining(`${site.projectId}/protected/`), digest },
    ]);
    await wipe(own.address);
    const other = await site.build(elsewhere.engine, { ...steps, exports: false });
    expect(other.outcome.stepsRun).toBe(2);
    expect(warnings(other)).toHaveLength(1);
  });

  it('that a worker without a disk for it cannot have is missed, and its export says why it failed', async () => {
    const site = new TrialSite('local');
    const engine = new BuildkitEngine({ address: own.address, cgroupParent });
    engines.push(engine);
    const steps = build();
    expect(warnings(await site.build(engine, { ...steps, exports: false }))).toHaveLength(1);
    await expect(site.build(engine, steps)).rejects.toMatchObject({ message: 'This worker keeps no local caches.' });
  });

  it.each([
    ['cut off', (root: string) => truncateSync(largestBlob(root), 1000), /is cut off/],
    ['gone', (root: string) => rmSync(largestBlob(root)), /is gone/],
    [
      'of other bytes',
      (root: string) => writeFileSync(largestBlob(root), Buffer.alloc(statSync(largestBlob(root)).size)),
      /holds something else/,
    ],
    [
      'an index that is none',
      (root: string) => writeFileSync(files(root).find((path) => path.endsWith('/index.json'))!, '{"manifests":[{}]}'),
      /no digest/,
    ],
  ])('that is broken is a warning: the steps run, and the next export mends it (%s)', async (_what, harm, words) => {
    const site = new TrialSite('local');
    const { root, engine } = worker();
    const steps = build();
    await site.build(engine, steps);
    harm(root);
    await wipe(own.address);
    const harmed = await site.build(engine, steps);
    expect(warnings(harmed)).toEqual([expect.stringMatching(words)]);
    expect(harmed.outcome.stepsRun).toBe(2);
    await wipe(own.address);
    const mended = await site.build(engine, steps);
    expect(warnings(mended)).toEqual([]);
    expect(mended.record.ran()).toEqual([]);
  });

  it('keeps within its budget: one that is larger is refused, and the one before it stays', async () => {
    const site = new TrialSite('local');
    const { root, engine } = worker(5_000_000);
    const steps = build();
    await site.build(engine, steps);
    const kept = files(root);
    const large = { ...steps, dockerfile: `FROM busybox\nRUN head -c 9000000 /dev/urandom > /home/${unique()}\n` };
    await expect(site.build(engine, large)).rejects.toMatchObject({
      message: 'The cache is larger than the room that this worker has for local caches.',
      constructor: expect.objectContaining({ name: 'CacheExportFailure' }),
    });
    expect(files(root)).toEqual(kept);
    await wipe(own.address);
    expect((await site.build(engine, { ...steps, exports: false })).record.ran()).toEqual([]);
  });
});
