import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Product, type Repository } from '@cooperage/e2e';
import { services } from '@cooperage/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const dockerfile = `FROM busybox:latest
COPY word.txt /word.txt
RUN cat /word.txt && echo built without a daemon
`;
const withHeredoc = `FROM busybox:latest
RUN <<EOT
cat /proc/version
EOT
`;

describe('a builder that runs buildah', () => {
  const stateFolder = mkdtempSync(path.join(tmpdir(), 'cooperage-buildah-'));
  let product: Product;
  let repository: Repository;

  beforeAll(async () => {
    const { tools, openRegistry } = services();
    const env = {
      COOPERAGE_ENGINE: 'buildah',
      COOPERAGE_BUILDAH: tools.buildah!,
      COOPERAGE_RUNC: tools.runc!,
      COOPERAGE_BUILDAH_ROOT: stateFolder,
      COOPERAGE_BUILDAH_MIRROR: openRegistry,
    };
    product = await Product.start({ env });
    repository = await product.repository();
  });
  afterAll(async () => {
    await product.stop();
    const mounts = readFileSync('/proc/self/mounts', 'utf8').split('\n');
    const own = mounts.flatMap((line) => line.split(' ')[1] ?? []).filter((at) => at.startsWith(`${stateFolder}/`));
    for (const mount of own.sort().reverse()) execFileSync('umount', ['-l', mount]);
    rmSync(stateFolder, { recursive: true, force: true });
  });

  it('makes of a push a signed image that stock cosign verifies; its provenance names what built it', async () => {
    const { commit } = await product.push(repository, { Dockerfile: dockerfile, 'word.txt': 'hello' });
    const build = await product.finished(repository, commit);
    expect(build).toMatchObject({ status: 'succeeded', number: 1, tags: ['main', 'latest'] });
    expect(await product.tagInRegistry(repository, 'main')).toBe(build.digest);
    await product.cosign(repository, 'verify', build.digest!);
    const type = ['--type', 'slsaprovenance1'];
    const attested = await product.cosign(repository, 'verify-attestation', build.digest!, ...type);
    const { payload } = JSON.parse(attested.split('\n')[0]!) as { payload: string };
    const { predicate } = JSON.parse(Buffer.from(payload, 'base64').toString());
    expect(predicate.runDetails.builder.version).toEqual({ buildah: expect.stringMatching(/^\d+\.\d+/) });
    expect(predicate.buildDefinition.resolvedDependencies).toContainEqual({
      uri: 'docker.io/library/busybox:latest',
      digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    });
  });

  it('finds the steps of the build before, and has exported its cache', async () => {
    const files = { Dockerfile: dockerfile, 'word.txt': 'hello', 'README.md': 'not in the image' };
    const { commit } = await product.push(repository, files);
    const build = await product.finished(repository, commit);
    expect(build).toMatchObject({ status: 'succeeded', stepsTotal: 2, stepsCached: 2 });
    const [first] = (await product.api.builds(repository.project.id)).items.filter(({ number }) => number === 1);
    await expect.poll(async () => (await product.api.build(first!.id)).cacheExport, { timeout: 30_000 }).toBe('done');
  });

  it('leaves to BuildKit what buildah lacks, and says which line it was', async () => {
    const { commit } = await product.push(repository, { Dockerfile: withHeredoc });
    const build = await product.finished(repository, commit);
    expect(build.status).toBe('succeeded');
    expect(build.warnings).toContainEqual(expect.objectContaining({ rule: 'Engine', line: 2, file: 'Dockerfile' }));
  });

  it('says what its engine can do', async () => {
    const { items } = await product.api.json<{ items: { role: string }[] }>('GET', '/api/v1/workers');
    expect(items.find(({ role }) => role === 'builder')).toMatchObject({
      engine: 'buildah',
      engineVersion: expect.stringMatching(/^\d+\.\d+/),
      engineFeatures: { daemon: false, dockerfile: 'partial', stepNetwork: false, strangers: false, limits: true },
    });
  });
});
