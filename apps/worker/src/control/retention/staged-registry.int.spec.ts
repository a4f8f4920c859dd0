import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { BuildProject, StagedLeftover } from '@cooperage/db';
import { type Digest, projectRepository, stagingRepository } from '@cooperage/domain';
import { RegistryClient } from '@cooperage/oci';
import { createLogger } from '@cooperage/telemetry';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PublisherSession } from '../publish/publisher-session.js';
import { deleteStaged, lookAtStaged } from './delete-staged.js';

const logger = createLogger({ process: 'test', level: 'silent' });
const mediaType = 'application/vnd.oci.image.manifest.v1+json';
const never = new AbortController().signal;

/** A docker-registry of this test's own, which collects its garbage when it is told to. */
describe('what a build staged, in a real registry', () => {
  const folder = mkdtempSync(join(tmpdir(), 'staged-registry-'));
  const settings = join(folder, 'config.yml');
  const project = { id: randomUUID(), organizationSlug: 'o', slug: 'p' } as BuildProject;
  const staging = stagingRepository(project.id, 'branch');
  const own = projectRepository('o', 'p');
  let server: ChildProcess;
  let registry: RegistryClient;
  const session = () => ({ registry, signal: never }) as unknown as PublisherSession;

  beforeAll(async () => {
    const host = `127.0.0.1:${await freePort()}`;
    const storage = { filesystem: { rootdirectory: join(folder, 'data') }, delete: { enabled: true } };
    writeFileSync(settings, JSON.stringify({ version: 0.1, storage, http: { addr: host } }));
    server = spawn(services().tools['docker-registry']!, ['serve', settings], { stdio: 'ignore' });
    registry = new RegistryClient({ host, scheme: 'http' });
    const isThere = () =>
      registry.manifests.find('a/b', 'latest').then(
        () => true,
        () => false,
      );
    for (let tries = 0; !(await isThere()); tries++) {
      if (tries === 200) throw new Error('the registry does not start');
      await delay(100);
    }
  });
  afterAll(() => {
    server.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  });

  /** An image whose manifest says that its layers have one byte. */
  async function push(repository: string, layers: readonly Buffer[]): Promise<Digest> {
    const config = Buffer.from(JSON.stringify({ created: randomUUID() }));
    const part = (bytes: Buffer, size: number) =>
      registry.blobs.put(repository, bytes).then((digest) => ({ mediaType: 'application/octet-stream', digest, size }));
    const manifest = {
      ...{ schemaVersion: 2, mediaType, config: await part(config, config.length) },
      layers: await Promise.all(layers.map((layer) => part(layer, 1))),
    };
    const bytes = Buffer.from(JSON.stringify(manifest));
    return (await registry.manifests.put(repository, null, { bytes, mediaType })).digest;
  }
  const staged = (digest: Digest, change: Partial<StagedLeftover> = {}): StagedLeftover => ({
    ...{ id: randomUUID(), digest, zone: 'branch', blobs: [], notedAt: new Date() },
    ...change,
  });
  const collectGarbage = () => promisify(execFile)(services().tools['docker-registry']!, ['garbage-collect', settings]);

  it('R2-H-3 loses its manifest, and counts as the registry measures it until the registry has collected it', async () => {
    const [shared, lone] = [randomBytes(2_000), randomBytes(5_000)];
    await push(own, [shared]);
    const digest = await push(staging, [shared, lone]);
    const rest = await deleteStaged(session(), project, staged(digest), logger);
    // What an image of the project consists of is counted there. R2-N14: sizes are not those that the manifest claims.
    expect(rest.blobs.map(({ bytes }) => bytes).toSorted((a, b) => b - a)).toEqual([5_000, expect.any(Number)]);
    expect(await registry.manifests.head(staging, digest)).toBeNull();
    const left = staged(digest, rest);
    expect((await lookAtStaged(session(), project, left)).blobs).toEqual(rest.blobs);
    await collectGarbage();
    expect((await lookAtStaged(session(), project, left)).blobs).toEqual([]);
    // Once more, as after a crash.
    expect((await deleteStaged(session(), project, left, logger)).blobs).toEqual(rest.blobs);
  });

  it('R2-H-3 counts as it was announced for as long as a push that was broken off may have left something', async () => {
    const blobs = [{ digest: `sha256:${randomBytes(32).toString('hex')}`, bytes: 7 }];
    const digest = `sha256:${randomBytes(32).toString('hex')}` as Digest;
    const fresh = await deleteStaged(session(), project, staged(digest, { blobs }), logger);
    expect(fresh.blobs).toEqual(blobs);
    expect(fresh.lookAt.getTime()).toBeGreaterThan(Date.now() + 86_400_000);
    expect((await lookAtStaged(session(), project, staged(digest, { blobs }))).blobs).toEqual([]);
  });
});

function freePort(): Promise<number> {
  const { promise, resolve } = Promise.withResolvers<number>();
  const server = createServer().listen(0, '127.0.0.1', () => {
    const { port } = server.address() as { port: number };
    server.close(() => resolve(port));
  });
  return promise;
}
