import { gzipSync } from 'node:zlib';
import {
  type BuildRecord,
  type ClaimedAttempt,
  ProcessRepository,
  PublishRepository,
  TenureRepository,
} from '@cooperage/db';
import { type Digest, projectRepository } from '@cooperage/domain';
import { digestOf, mediaTypes, RegistryClient } from '@cooperage/oci';
import { registryToken, services } from '@cooperage/testing';
import type { ApiWorld, TestProject } from './api-world.js';
import type { TestWorker } from './worker.js';

/** A client that may do everything in one repository, as control has one. */
export function writingClient(repository: string): RegistryClient {
  const tokenFor = () => registryToken(repository, ['pull', 'push', 'delete']);
  const { host } = services().registry;
  return new RegistryClient({ host, scheme: 'http', credentials: { kind: 'token', tokenFor } });
}

/** A small real image in the project's repository. @returns its digest. */
export async function pushImage(
  { project }: TestProject,
  marker: string,
): Promise<{ digest: Digest; sizeBytes: number }> {
  const repository = projectRepository(project.organizationSlug, project.slug);
  const client = writingClient(repository);
  const layer = new Uint8Array(gzipSync(`layer ${marker}`));
  const config = Buffer.from(
    JSON.stringify({
      ...{
        architecture: 'amd64',
        os: 'linux',
        rootfs: { type: 'layers', diff_ids: [digestOf(Buffer.from(`layer ${marker}`))] },
      },
      config: { Env: ['A=<b>'], Cmd: ['sh'], Labels: { marker }, User: 'nobody', WorkingDir: '/srv' },
      history: [
        { created_by: 'COPY x /x', created: '2026-01-01T00:00:00Z' },
        { created_by: 'CMD ["sh"]', empty_layer: true },
      ],
    }),
  );
  await Promise.all([client.blobs.put(repository, layer), client.blobs.put(repository, config)]);
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: mediaTypes.manifest, annotations: { note: 'x' } },
      config: { mediaType: mediaTypes.config, digest: digestOf(config), size: config.length },
      layers: [
        { mediaType: 'application/vnd.oci.image.layer.v1.tar+gzip', digest: digestOf(layer), size: layer.length },
      ],
    }),
  );
  await client.manifests.put(repository, null, { bytes: manifest, mediaType: mediaTypes.manifest });
  return { digest: digestOf(manifest), sizeBytes: manifest.length + config.length + layer.length };
}

/** An image of these configs, one for each platform, and the same layer: with an index where there are several. @returns its digest. */
export async function pushConfigs({ project }: TestProject, configs: readonly object[]): Promise<Digest> {
  const repository = projectRepository(project.organizationSlug, project.slug);
  const client = writingClient(repository);
  const layer = new Uint8Array(gzipSync('layer'));
  await client.blobs.put(repository, layer);
  const describe = (bytes: Uint8Array, mediaType: string) => ({
    ...{ mediaType, digest: digestOf(bytes), size: bytes.length },
  });
  const put = async (document: object, mediaType: string) => {
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document }));
    await client.manifests.put(repository, null, { bytes, mediaType });
    return describe(bytes, mediaType);
  };
  const manifests = [];
  for (const [at, each] of configs.entries()) {
    const config = Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', ...each }));
    await client.blobs.put(repository, config);
    const layers = [describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')];
    const manifest = await put({ config: describe(config, mediaTypes.config), layers }, mediaTypes.manifest);
    manifests.push({ ...manifest, platform: { os: 'linux', architecture: 'amd64', variant: `v${at}` } });
  }
  const [single] = manifests;
  if (single && manifests.length === 1) return single.digest;
  return (await put({ manifests }, mediaTypes.index)).digest;
}

/** An image of these uncompressed layers. @returns its digest. */
export async function pushLayers({ project }: TestProject, layers: readonly Buffer[]): Promise<Digest> {
  const repository = projectRepository(project.organizationSlug, project.slug);
  const client = writingClient(repository);
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
  );
  await Promise.all([config, ...layers].map((bytes) => client.blobs.put(repository, bytes)));
  const describe = (bytes: Buffer, mediaType: string) => ({ mediaType, digest: digestOf(bytes), size: bytes.length });
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: mediaTypes.manifest, config: describe(config, mediaTypes.config) },
      layers: layers.map((bytes) => describe(bytes, 'application/vnd.oci.image.layer.v1.tar')),
    }),
  );
  await client.manifests.put(repository, null, { bytes: manifest, mediaType: mediaTypes.manifest });
  return digestOf(manifest);
}

/** What builder and control do to the database for a build whose image is in its repository. `work` is done before it is built. */
export async function publish(
  world: ApiWorld,
  worker: TestWorker,
  build: BuildRecord,
  digest: string,
  work: (attempt: ClaimedAttempt) => Promise<void> = async () => undefined,
): Promise<void> {
  const attempt: ClaimedAttempt = await worker.claim(build);
  await work(attempt);
  const facts = {
    digest,
    mediaType: mediaTypes.manifest,
    sizeBytes: 1,
    baseImages: [],
    stepsTotal: 1,
    stepsCached: 0,
    warnings: [],
    exportCache: false,
  };
  const built = await worker.attempts.built(attempt, worker.instanceId, facts);
  const control = await new ProcessRepository(world.database).start('control', 'control-1', {});
  const tenure = await new TenureRepository(world.database).acquire(build.projectId, control, 60_000);
  if (!built.ok || !tenure.ok) throw new Error('the build cannot be published');
  const publisher = new PublishRepository(world.database);
  const gate = await publisher.passGate(built.build, tenure.tenure, { platforms: ['linux/amd64'] });
  if (!gate.ok || !(await publisher.succeed(gate.build, tenure.tenure)).ok)
    throw new Error('the build was not published');
  await new ProcessRepository(world.database).end(control, 'exited');
}
