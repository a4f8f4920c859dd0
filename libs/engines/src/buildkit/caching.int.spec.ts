import { type OwnEngine, services, startOwnEngine } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BuildRequest } from '../build-request.js';
import { EventRecord } from '../testing/event-record.js';
import { rightsTo } from '../testing/registry-tokens.js';
import { digestOfTag } from '../testing/registry-view.js';
import { endTrial, pushRequest, trialCgroupParent, trialEngine } from '../testing/trial-engine.js';
import { contextFile, newReference, unique } from '../testing/trial-request.js';
import { BuildkitEngine } from './engine.js';

const never = new AbortController().signal;

async function build(engine: BuildkitEngine, request: BuildRequest) {
  const record = new EventRecord();
  const outcome = await engine.build({ ...request, reference: newReference() }, record.emit, never);
  return { record, outcome };
}

describe('steps of earlier builds', () => {
  let engine: BuildkitEngine;
  const cgroupParent = trialCgroupParent();

  beforeAll(() => {
    engine = trialEngine({ cgroupParent });
  });
  afterAll(() => endTrial(cgroupParent, engine));

  it('are found again by the next commit, whose time and labels differ', async () => {
    const dockerfile = `FROM busybox
WORKDIR /srv/${unique()}
COPY <<EOT /etc/x
text
EOT
RUN echo run
COPY --link a.txt /linked
COPY a.txt /a
ADD a.txt /b
`;
    const files = [contextFile('a.txt', unique())];
    const request = pushRequest(dockerfile, { context: { files, sharedKey: unique() } });
    await build(engine, { ...request, sourceDateEpoch: 1_000_000_000, labels: { commit: 'one' } });
    const { record, outcome } = await build(engine, {
      ...request,
      sourceDateEpoch: 1_100_000_000,
      labels: { commit: 'two' },
      annotations: { commit: 'two' },
    });
    expect(record.ran()).toEqual([]);
    expect(outcome).toMatchObject({ stepsRun: 0, stepsCached: 6 });
  });

  it('are found from another namespace of cache mounts, which share no files', async () => {
    const dockerfile = `FROM busybox
RUN --mount=type=cache,target=/c ls /c; touch /c/seen # ${unique()}
`;
    const mark = unique();
    const request = pushRequest(dockerfile, { cacheMountNamespace: `${mark}-protected` });
    await build(engine, request);
    const other = await build(engine, { ...request, cacheMountNamespace: `${mark}-branch` });
    expect(other.record.ran()).toEqual([]);
    const changed = Buffer.from(dockerfile.replace('# ', '# changed '));
    const fresh = await build(engine, {
      ...request,
      dockerfile: { ...request.dockerfile, content: changed },
      cacheMountNamespace: `${mark}-branch`,
    });
    expect(fresh.record.ran()).toHaveLength(1);
    expect(fresh.record.output()).not.toContain('seen');
  });

  it('are lost to another group of limits: why a group is a project and never a build', async () => {
    const request = pushRequest(`FROM busybox\nRUN echo ${unique()}\n`);
    await build(engine, request);
    const same = await build(engine, { ...request, limits: { ...request.limits, memoryBytes: 2 ** 30, pids: 500 } });
    expect(same.record.ran()).toEqual([]);
    const other = await build(engine, { ...request, limits: { ...request.limits, group: 'other' } });
    expect(other.record.ran()).toHaveLength(1);
  });
});

describe('a cache in a registry', () => {
  let own: OwnEngine;
  let first: BuildkitEngine;
  let second: BuildkitEngine;
  const cgroupParent = trialCgroupParent();
  const { registry } = services();

  beforeAll(async () => {
    own = await startOwnEngine();
    first = trialEngine({ cgroupParent });
    second = new BuildkitEngine({ address: own.address, cgroupParent });
  });
  afterAll(async () => {
    await endTrial(cgroupParent, first, second);
    await own.stop();
  });

  const cached = () => {
    const repository = `cache/${unique()}`;
    const reference = `${registry.host}/${repository}:linux-amd64`;
    const dockerfile = `FROM busybox AS a\nRUN echo ${unique()} > /a\nFROM busybox\nRUN true\nCOPY --from=a /a /a\n`;
    const request = pushRequest(dockerfile);
    const repositories = [repository, request.push.repository];
    return { repository, reference, request: { ...request, registryAuth: rightsTo(registry, repositories) } };
  };

  it('written after the build, read by an engine that knows nothing', async () => {
    const { reference, request } = cached();
    const built = await build(first, request);
    const exported = await first.exportCache({ ...request, cacheExport: { reference, mode: 'max' } }, never);
    expect(exported).toEqual({ exported: true });
    const missing = [`${registry.host}/nobody/here:x`, '127.0.0.1:9/nobody/here:x'];
    const { record, outcome } = await build(second, { ...request, cacheImports: [reference, ...missing] });
    expect(outcome).toMatchObject({ digest: built.outcome.digest, stepsRun: 0 });
    expect(record.ran()).toEqual([]);
  });

  it('S-113 is read by the digest that it had, whatever the tag says by now', async () => {
    const { repository, reference, request } = cached();
    await build(first, request);
    await first.exportCache({ ...request, cacheExport: { reference, mode: 'max' } }, never);
    const pinned = `${registry.host}/${repository}@${await digestOfTag(repository, 'linux-amd64')}`;
    const other = { ...cached().request, registryAuth: request.registryAuth, push: request.push };
    await build(first, other);
    await first.exportCache({ ...other, cacheExport: { reference, mode: 'max' } }, never);
    const { record } = await build(second, { ...request, cacheImports: [pinned] });
    expect(record.ran()).toEqual([]);
    expect(record.cachesRead()).toEqual([pinned]);
  });

  it('gives the very image that a build without it makes, also where a step of the middle becomes the last one', async () => {
    const { reference, request } = cached();
    const dockerfile = `FROM debian:bookworm AS a
RUN echo ${unique()} > /home/a; find /home -exec touch -d @0 {} +
FROM busybox
COPY --from=a /home/a /a
`;
    const twoStages = { ...request, dockerfile: { ...request.dockerfile, content: Buffer.from(dockerfile) } };
    await build(first, twoStages);
    await first.exportCache({ ...twoStages, cacheExport: { reference, mode: 'max' } }, never);
    const upToA = { ...twoStages, target: 'a' };
    const fresh = await build(first, { ...upToA, noCache: true });
    const restored = await build(second, { ...upToA, cacheImports: [reference] });
    expect(restored.record.ran()).toEqual([]);
    expect(restored.outcome.digest).toBe(fresh.outcome.digest);
  });

  it('missing altogether does no harm', async () => {
    const { reference, request } = cached();
    const { outcome, record } = await build(second, { ...request, cacheImports: [reference] });
    expect(outcome.stepsRun).toBe(3);
    expect(record.cachesRead()).toEqual([reference, null]);
    const away = await build(second, { ...cached().request, cacheImports: ['127.0.0.1:9/nobody/here:x'] });
    expect(away.outcome.stepsRun).toBeGreaterThan(0);
    const asked = await build(second, { ...cached().request, cacheImports: [reference], noCache: true });
    expect(asked.record.cachesRead()).toEqual([null]);
  });

  it('that may not be written is a failure of its own, with its reason', async () => {
    const { request } = cached();
    await build(first, request);
    const denied = { ...request, cacheExport: { reference: `${registry.host}/cache/foreign:x`, mode: 'max' as const } };
    await expect(first.exportCache(denied, never)).rejects.toMatchObject({
      code: 'RegistryAccessDenied',
      constructor: expect.objectContaining({ name: 'CacheExportFailure' }),
    });
    const dead = { ...request, cacheExport: { reference: '127.0.0.1:9/cache/x:x', mode: 'max' as const } };
    await expect(first.exportCache(dead, never)).rejects.toMatchObject({ code: 'RegistryUnavailable' });
  });
});
