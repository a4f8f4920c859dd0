import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { CacheMeasureRepository, CacheSweepRepository, QuotaRepository } from '@cooperage/db';
import { cacheReference } from '@cooperage/domain';
import { digestOf, inParallel, RegistryClient } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { World } from '../../../../../libs/db/spec/world.js';
import { done } from '../outbox/outbox-loop.js';
import { EvictCacheService } from '../sweep-cache/evict-cache.service.js';
import { MeasureCache } from './measure-cache.js';

const mediaType = 'application/vnd.oci.image.manifest.v1+json';

describe('a cache that was exported', () => {
  const registry = new RegistryClient({ host: services().openRegistry, scheme: 'http' });
  let world: World;
  beforeAll(async () => {
    world = await World.open();
  });
  afterAll(() => world.close());

  /** @param gone what a registry deletes that is asked to */
  const measure = (gone: number, of = registry, meanwhile: () => Promise<unknown> = async () => undefined) => {
    const logger = createLogger({ process: 'test', level: 'silent' });
    const evictUnreadable = async () => {
      await meanwhile();
      return { result: done, gone };
    };
    return new MeasureCache(new CacheMeasureRepository(world.db), { of: () => of }, { evictUnreadable }, logger);
  };
  const weightOf = async (organization: string) => (await new QuotaRepository(world.db).usage(organization)).cacheBytes;
  const exported = async (cacheExport = 'done') => {
    const organization = await world.organization();
    const projectId = await world.project(organization);
    const build = await world.build(projectId);
    const change = { status: 'succeeded', finishedAt: new Date(), cacheExport };
    await world.db.prisma.build.update({ where: { id: build.id }, data: change });
    const place = { zone: build.zone, ref: build.ref, platform: build.platform, epoch: 0 };
    return { organization, projectId, build, ...cacheReference(projectId, place) };
  };
  const descriptor = (blob: Buffer) => ({ mediaType: 'a/b', digest: digestOf(blob), size: 1 });
  const manifestOf = (config: Buffer, layers: readonly Buffer[]) => {
    const parts = { config: descriptor(config), layers: layers.map(descriptor) };
    return { bytes: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...parts })), mediaType };
  };

  it('R5-B10 counts each of its layers, also where it has more than an image may have', async () => {
    const { organization, build, repository, tag } = await exported();
    const layers = Array.from({ length: 501 }, () => randomBytes(1_000));
    await inParallel([Buffer.from('{}'), ...layers], 8, (blob) => registry.blobs.put(repository, blob));
    const manifest = manifestOf(Buffer.from('{}'), layers);
    await registry.manifests.put(repository, tag, manifest);
    expect(await measure(0).of(build.id)).toBe(done);
    expect(await weightOf(organization)).toBe(501_000 + 2 + manifest.bytes.length);
  });

  it('R5-B10 weighs a tebibyte where nobody can count it and the registry deletes nothing', async () => {
    const { organization, build, repository, tag } = await exported();
    const config = Buffer.from('{}');
    await registry.blobs.put(repository, config);
    await registry.manifests.put(repository, tag, manifestOf(config, new Array(10_001).fill(config)));
    await measure(1).of(build.id);
    expect(await weightOf(organization)).toBe(0);
    await measure(0).of(build.id);
    expect(await weightOf(organization)).toBe(2 ** 40);
  });

  it('R5-B10 does not weigh a tebibyte where another build has written it anew meanwhile', async () => {
    const { organization, build, repository, tag } = await exported();
    const config = Buffer.from('{}');
    await registry.blobs.put(repository, config);
    await registry.manifests.put(repository, tag, manifestOf(config, new Array(10_001).fill(config)));
    // The deletion finds another digest than it was asked to delete.
    const anew = () => registry.manifests.put(repository, tag, manifestOf(config, [config]));
    expect(await measure(0, registry, anew).of(build.id)).toBe(done);
    expect(await weightOf(organization)).toBe(0);
    expect(await world.db.prisma.cacheEntry.count({ where: { buildId: build.id } })).toBe(0);
  });

  it('R5-B10 weighs a tebibyte where its manifest is larger than any that is read', async () => {
    const { organization, build } = await exported();
    const bytes = Buffer.alloc((4 << 20) + 1, ' ');
    const digest = digestOf(bytes);
    // The registry of the tests takes none of that size.
    const server = createServer((incoming, response) => {
      response.writeHead(200, {
        'content-type': mediaType,
        'content-length': bytes.length,
        'docker-content-digest': digest,
      });
      response.end(incoming.method === 'HEAD' ? undefined : bytes);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    try {
      const { port } = server.address() as AddressInfo;
      const large = new RegistryClient({ host: `127.0.0.1:${port}`, scheme: 'http' });
      expect(await measure(1, large).of(build.id)).toBe(done);
      expect(await weightOf(organization)).toBe(0);
      expect(await measure(0, large).of(build.id)).toBe(done);
      expect(await weightOf(organization)).toBe(2 ** 40);
      expect(await world.db.prisma.cacheEntry.findFirst({ where: { buildId: build.id } })).toMatchObject({ digest });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it.each(['done', 'failed'])(
    'R2-N14 R2-H-3 counts as the registry measures it when its export is %s',
    async (cacheExport) => {
      const organization = await world.organization();
      const projectId = await world.project(organization);
      const build = await world.build(projectId);
      const change = { status: 'succeeded', finishedAt: new Date(), cacheExport };
      await world.db.prisma.build.update({ where: { id: build.id }, data: change });
      const place = { zone: build.zone, ref: build.ref, platform: build.platform, epoch: 0 };
      // The builder says that it weighs nothing, and the manifest claims one byte for each layer.
      const said = { digest: 'sha256:0', bytes: 0n, buildId: build.id, buildNumber: build.number };
      if (cacheExport === 'done') await world.db.prisma.cacheEntry.create({ data: { projectId, ...place, ...said } });
      const { repository, tag } = cacheReference(projectId, place);
      const [config, layer] = [Buffer.from('{}'), randomBytes(9_000)];
      for (const blob of [config, layer]) await registry.blobs.put(repository, blob);
      const parts = {
        config: { mediaType: 'a/b', digest: digestOf(config), size: 1 },
        layers: [{ mediaType: 'a/b', digest: digestOf(layer), size: 1 }],
      };
      const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...parts }));
      const { digest } = await registry.manifests.put(repository, tag, { bytes, mediaType });

      for (let times = 0; times < 2; times++) await measure(0).of(build.id);
      const entry = await world.db.prisma.cacheEntry.findFirst({ where: { projectId } });
      expect(entry).toMatchObject({ digest, bytes: BigInt(bytes.length + 2 + 9_000), blobDigests: { length: 3 } });
      expect((await new QuotaRepository(world.db).usage(organization)).cacheBytes).toBe(Number(entry!.bytes));
    },
  );

  it('R19B-3 stays where a lost export has left what nobody can read, and that goes', async () => {
    const { projectId, build, repository, tag } = await exported('pending');
    const config = Buffer.from('{}');
    await registry.blobs.put(repository, config);
    const left = await registry.manifests.put(repository, tag, manifestOf(config, new Array(10_001).fill(config)));
    const { zone, ref, platform } = build;
    const entry = { ...{ projectId, zone, ref, platform, epoch: 0 }, buildId: build.id, buildNumber: build.number };
    await world.db.prisma.cacheEntry.create({ data: { ...entry, digest: 'sha256:good', bytes: 1n } });
    const logger = createLogger({ process: 'test', level: 'silent' });
    const session = { registry, signal: new AbortController().signal };
    const sessions = {
      with: async (_id: string, work: (s: unknown) => Promise<unknown>) => ({ ok: true, value: await work(session) }),
    };
    const evictions = new EvictCacheService(
      ...([new CacheSweepRepository(world.db), {} as never, sessions as never, {} as never, logger] as const),
    );
    const measures = new MeasureCache(new CacheMeasureRepository(world.db), { of: () => registry }, evictions, logger);
    await measures.before(build.id);
    expect(await registry.manifests.head(repository, left.digest)).toBeNull();
    const found = { entries: await world.db.prisma.cacheEntry.findMany({ where: { projectId } }) };
    expect(found).toMatchObject({ entries: [{ digest: 'sha256:good' }] });
    expect(await world.db.prisma.cacheReplaced.count({ where: { projectId } })).toBe(0);
    expect(await world.db.prisma.cacheEviction.count({ where: { projectId } })).toBe(0);
  });

  it('R17B-1 is found by the next export where its own builder said nothing of it', async () => {
    const { organization, projectId, build, repository, tag } = await exported('pending');
    const config = Buffer.from('{}');
    const put = async () => {
      const layer = randomBytes(1_000);
      for (const blob of [config, layer]) await registry.blobs.put(repository, blob);
      const manifest = manifestOf(config, [layer]);
      return { ...(await registry.manifests.put(repository, tag, manifest)), bytes: manifest.bytes.length };
    };
    await measure(0).before(build.id);
    expect(await weightOf(organization)).toBe(0);
    const first = await put();
    for (let times = 0; times < 2; times++) await measure(0).before(build.id);
    expect(await weightOf(organization)).toBe(1_002 + first.bytes);
    const second = await put();
    await measure(0).before(build.id);
    // No build reads what nobody has said to have written.
    expect(await world.db.prisma.cacheEntry.count({ where: { projectId } })).toBe(0);
    const left = await world.db.prisma.cacheReplaced.findMany({ where: { projectId } });
    expect(new Set(left.map(({ digest }) => digest))).toEqual(new Set([first.digest, second.digest]));
    expect(await weightOf(organization)).toBe(2_004 + first.bytes + second.bytes);
    // Behind an export it is measured as what that has written.
    await world.db.prisma.build.update({ where: { id: build.id }, data: { cacheExport: 'done' } });
    await put();
    await measure(0).before(build.id);
    expect(await world.db.prisma.cacheReplaced.count({ where: { projectId } })).toBe(2);
  });
});
