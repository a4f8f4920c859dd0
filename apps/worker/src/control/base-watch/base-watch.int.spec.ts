import { randomBytes } from 'node:crypto';
import { BaseTagRepository, BuildProjectRepository, Database, ImageFacts, newId } from '@cooperage/db';
import { masterKey } from '@cooperage/domain';
import { digestOf, mediaTypes, publicAgent, RegistryClient } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import { asDatabaseRole, type FreshDatabase, freshDatabase, services } from '@cooperage/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ReadingClients } from '../tokens/reading-clients.js';
import { AskRegistry } from './ask-registry.js';
import { BaseWatch } from './base-watch.js';

const times = { againMs: 3_600_000, afterProblemMs: 60_000, intervalMs: 3_600_000 };
const own = 'registry.own.example:5000';

describe('the watch over base images, on a real registry', () => {
  let fresh: FreshDatabase;
  let asOwner: Database;
  let db: Database;
  let watch: BaseWatch;
  let base: string;
  let buildId: string;
  let projectId: string;
  const { openRegistry } = services();
  const registry = new RegistryClient({ host: openRegistry, scheme: 'http' });
  const warn = vi.fn();
  const dispatcher = publicAgent([openRegistry]);

  beforeAll(async () => {
    fresh = await freshDatabase();
    asOwner = new Database({ url: fresh.url, poolSize: 2, applicationName: 'test' });
    const url = asDatabaseRole(fresh.url, 'control');
    db = new Database({ url, poolSize: 2, applicationName: 'control' });
    const clients = { of: () => registry } as unknown as ReadingClients;
    const registries = { own: { hosts: [own], clients }, mirror: openRegistry, inner: [openRegistry], dispatcher };
    const ask = new AskRegistry(registries, new BuildProjectRepository(db), [masterKey(randomBytes(32))]);
    watch = new BaseWatch(new BaseTagRepository(db), ask, { warn } as unknown as Logger, times);
    await asOwner.prisma.organization.create({
      data: { id: 'acme', name: 'Acme', slug: 'acme', createdAt: new Date() },
    });
  });
  beforeEach(() => {
    base = `test/base-${randomBytes(4).toString('hex')}`;
  });
  afterAll(async () => {
    await dispatcher.close();
    await Promise.all([db?.close(), asOwner?.close()]);
    await fresh?.drop();
  });

  const put = async (word: string): Promise<string> => {
    const config = Buffer.from(JSON.stringify({ word }));
    await registry.blobs.put(base, config);
    const descriptor = { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length };
    return putDocument({ schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [] });
  };
  const putDocument = async (document: {
    readonly mediaType: string;
    readonly [key: string]: unknown;
  }): Promise<string> => {
    const bytes = Buffer.from(JSON.stringify(document));
    return (await registry.manifests.put(base, 'one', { mediaType: document.mediaType, bytes })).digest;
  };
  /** An image whose build has used these, as its publication leaves it. */
  const imageOn = (...baseImages: { name: string; digest: string }[]): Promise<void> => imageOf('acme', baseImages);
  const imageOf = async (organizationId: string, baseImages: { name: string; digest: string }[]): Promise<void> => {
    projectId = newId();
    buildId = newId();
    const slug = `p-${randomBytes(4).toString('hex')}`;
    await asOwner.prisma.project.create({
      data: { id: projectId, organizationId, slug, name: slug, remoteUrl: 'https://git.example/x', limits: {} },
    });
    await asOwner.prisma.build.create({
      data: {
        ...{
          id: buildId,
          organizationId,
          projectId,
          number: 1,
          sequence: 1n,
          trigger: 'push',
          remoteUrl: 'https://git.example/x',
          ref: 'refs/heads/main',
        },
        ...{ commit: 'a'.repeat(40), commitSubject: '', commitAuthor: '', commitTime: 0n, zone: 'protected', tags: [] },
        ...{ movesTags: true, contextPath: '.', dockerfilePath: 'Dockerfile', platform: 'linux/amd64', buildArgs: {} },
        ...{ limits: {}, status: 'succeeded', baseImages },
      },
    });
    await asOwner.prisma.image.create({
      data: { id: newId(), projectId, digest: `sha256:${'d'.repeat(64)}`, mediaType: 'x', sizeBytes: 1n, buildId },
    });
  };
  const age = () => asOwner.prisma.$executeRaw`UPDATE base_tag SET checked_at = now() - interval '2 hours'`;
  const told = async () => (await new ImageFacts(asOwner).bases(buildId)).map(({ registry: fact }) => fact);

  it('sees a tag move, and asks no more often than it may', async () => {
    const first = await put('first');
    await imageOn({ name: `docker.io/${base}:one`, digest: first });
    expect(await told()).toEqual([null]);
    await watch.look();
    expect(await told()).toMatchObject([{ digest: first, isUsed: true, problem: null }]);
    const second = await put('second');
    await watch.look();
    expect(await told()).toMatchObject([{ digest: first }]);
    await age();
    await watch.look();
    expect(await told()).toMatchObject([{ digest: second, isUsed: false, foundAt: expect.any(Date) }]);
  });

  it('takes an index for the same where one of its images was used', async () => {
    const digest = await put('by platform');
    const { size } = (await registry.manifests.head(base, digest))!;
    await putDocument({
      ...{ schemaVersion: 2, mediaType: mediaTypes.index },
      manifests: [{ mediaType: mediaTypes.manifest, digest, size }],
    });
    await imageOn({ name: `docker.io/${base}:one`, digest });
    await watch.look();
    const [fact] = await told();
    expect([fact?.isUsed, fact?.digest === digest]).toEqual([true, false]);
  });

  it('keeps what was said when its registry says nothing more', async () => {
    const first = await put('kept');
    await imageOn({ name: `docker.io/${base}:one`, digest: `sha256:${'0'.repeat(64)}` });
    await watch.look();
    await registry.manifests.delete(base, first as never);
    await age();
    await watch.look();
    expect(await told()).toMatchObject([{ digest: first, isUsed: false, problem: 'not_found' }]);
  });

  it('asks a registry without TLS where the operator allows it', async () => {
    const digest = await put('plain');
    await imageOn({ name: `${openRegistry}/${base}:one`, digest });
    await watch.look();
    expect(await told()).toMatchObject([{ digest, isUsed: true, problem: null }]);
  });

  it('S-019 asks no inner address, nor for what is not a project’s to know', async () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const names = ['127.0.0.1:1/team/base:one', `${own}/others/base:one`, '169.254.169.254/latest/meta-data:one'];
    await imageOn(...names.map((name) => ({ name, digest })), { name: 'docker.io/library/pinned', digest });
    await watch.look();
    expect((await told()).map((fact) => fact?.problem)).toEqual(['inner', 'foreign', 'inner', undefined]);
    expect(warn).not.toHaveBeenCalled();
  });

  describe('R3-A7 names of one organization', () => {
    const digest = `sha256:${'0'.repeat(64)}`;
    const many = Array.from({ length: 600 }, (_, at) => ({ name: `docker.io/a/base:${1_000 + at}`, digest }));
    let asked: string[] = [];
    const ask: AskRegistry['ask'] = async ({ name }) => {
      asked.push(name);
      return { problem: 'not_found' };
    };
    const watching = () => new BaseWatch(new BaseTagRepository(db), { ask }, { warn } as unknown as Logger, times);

    beforeEach(async () => {
      asked = [];
      await asOwner.prisma.project.deleteMany({});
      await asOwner.prisma.organization.deleteMany({ where: { id: { in: ['beta', 'small'] } } });
      for (const id of ['beta', 'small'])
        await asOwner.prisma.organization.create({ data: { id, name: id, slug: id, createdAt: new Date() } });
    });

    it('do not keep those of another from being asked, however many they are', async () => {
      await imageOf('beta', many);
      await imageOf('small', [{ name: 'docker.io/z/base:one', digest }]);
      const watcher = watching();
      await watcher.look();
      await watcher.look();
      expect(asked).toContain('docker.io/z/base:one');
    });

    it('are asked in turns where more organizations wait than one round has room for', async () => {
      for (const id of ['acme', 'beta', 'small']) await imageOf(id, many);
      const repository = new BaseTagRepository(db);
      const [first, second] = [await repository.due(times, 2), await repository.due(times, 2, 'beta')];
      expect(first.map(({ organizationSlug }) => organizationSlug)).toEqual(['acme', 'beta']);
      expect(second.map(({ organizationSlug }) => organizationSlug)).toEqual(['small', 'acme']);
    });

    it('are twenty of a project at most: those of its newest image, in their order', async () => {
      await imageOf('beta', many);
      const due = await new BaseTagRepository(db).due(times, 100);
      expect(due.map(({ name }) => name)).toEqual(many.slice(0, 20).map(({ name }) => name));
    });

    it('that no registry knows so long are left out, and break nothing', async () => {
      const good = 'docker.io/z/base:one';
      // Nothing that long fits an index, however well it packs.
      const long = `docker.io/${randomBytes(4_000).toString('hex')}:one`;
      await imageOf('beta', [
        { name: long, digest },
        { name: good, digest },
      ]);
      await watching().look();
      expect(asked).toEqual([good]);
    });

    it('R19A-3 rest when control ended while it asked for them', async () => {
      await imageOf('beta', many.slice(0, 1));
      const repository = new BaseTagRepository(db);
      const ended: AskRegistry['ask'] = () => new Promise(() => {});
      const watcher = new BaseWatch(repository, { ask: ended }, { warn } as unknown as Logger, times);
      void watcher.look();
      await expect.poll(() => repository.due(times, 1)).toEqual([]);
      expect(await repository.due({ ...times, afterProblemMs: 0, againMs: 0 }, 1)).toHaveLength(1);
    });

    it('are asked no more when the newest images stand on others', async () => {
      await imageOf('beta', [{ name: 'docker.io/z/base:old', digest }]);
      await asOwner.prisma.build.update({
        where: { id: buildId },
        data: { baseImages: [{ name: 'docker.io/z/base:new', digest }] },
      });
      // The same bytes are published again.
      await asOwner.prisma.image.updateMany({ where: { projectId }, data: { buildId } });
      const due = await new BaseTagRepository(db).due(times, 100);
      expect(due.map(({ name }) => name)).toEqual(['docker.io/z/base:new']);
    });
  });
});
