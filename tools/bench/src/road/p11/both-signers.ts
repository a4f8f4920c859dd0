import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Descriptor, RegistryClient } from '@cooperage/oci';
import { attachSignatures, KeySigner, provenancePredicate } from '@cooperage/signing';
import { Cosign } from '../../world/cosign.js';
import { childrenCpuMs, ownCpuMs } from '../../world/cpu-time.js';
import type { World } from '../../world/world.js';
import { putSmallImage } from './small-image.js';

/** Wall clock and CPU of one image signed, milliseconds. */
export interface Cost {
  readonly ms: number;
  readonly cpuMs: number;
}

const project = 'https://cooperage.example/p/acme/app';
const olderStorage = ['--new-bundle-format=false', '--use-signing-config=false', '--tlog-upload=false'];

const predicate = provenancePredicate({
  buildType: 'https://cooperage.example/build-types/dockerfile/v1',
  builderId: 'https://cooperage.example/builders/default/v1',
  invocationId: `${project}/b/1`,
  source: { uri: 'https://git.example/acme/app.git', ref: 'refs/heads/main', commit: 'a'.repeat(40) },
  rule: 'main',
  trigger: 'push',
  buildArgs: {},
  target: null,
  platform: 'linux/amd64',
  dockerfilePath: 'Dockerfile',
  contextPath: '.',
  zone: 'protected',
  cacheBackend: 'registry',
  attempt: 1,
  baseImages: [{ uri: 'pkg:docker/debian@bookworm?platform=linux%2Famd64', digest: `sha256:${'b'.repeat(64)}` }],
  startedOn: '2026-11-24T12:00:00.000Z',
  finishedOn: '2026-11-24T12:01:00.000Z',
});

/** One key and one repository of the registry without authentication, and both ways to sign what stands there. */
export class BothSigners {
  private readonly signer: KeySigner;

  private constructor(
    private readonly client: RegistryClient,
    private readonly repository: string,
    private readonly cosign: Cosign,
    private readonly predicateFile: string,
  ) {
    this.signer = new KeySigner(cosign.key);
  }

  static async prepare({ services, folder }: World): Promise<BothSigners> {
    const client = new RegistryClient({ host: services.openRegistry, scheme: 'http' });
    const cosign = await Cosign.prepare(services.tools.cosign!, path.join(folder, 'signers'), folder);
    const predicateFile = path.join(folder, 'predicate.json');
    await writeFile(predicateFile, JSON.stringify(predicate));
    return new BothSigners(client, `bench/${randomBytes(5).toString('hex')}`, cosign, predicateFile);
  }

  newImage(): Promise<Descriptor> {
    return putSmallImage(this.client, this.repository);
  }

  async ours(subject: Descriptor): Promise<Cost> {
    const [started, cpu] = [performance.now(), ownCpuMs()];
    await this.signInProcess(subject);
    return { ms: performance.now() - started, cpuMs: ownCpuMs() - cpu };
  }

  /** Signature in the newer and in the older storage, and the provenance: three calls, one after the other. */
  async theirs(subject: Descriptor): Promise<Cost> {
    const image = this.imageOf(subject);
    const { keyFile, signingConfig, trustedRoot } = this.cosign;
    const key = ['-y', '--key', keyFile];
    const newer = ['--signing-config', signingConfig, '--trusted-root', trustedRoot];
    const attested = ['--type', 'slsaprovenance1', '--predicate', this.predicateFile];
    const [started, cpu] = [performance.now(), await childrenCpuMs()];
    await this.cosign.run(['sign', ...key, ...newer, image]);
    await this.cosign.run(['sign', ...key, ...olderStorage, image]);
    await this.cosign.run(['attest', ...key, ...newer, ...attested, image]);
    return { ms: performance.now() - started, cpuMs: (await childrenCpuMs()) - cpu };
  }

  async signInProcess(subject: Descriptor): Promise<void> {
    const { client, repository } = this;
    const image = `${client.host}/${repository}`;
    const artifacts = await this.signer.sign({ subject, image, project, provenance: predicate, signedAt: new Date() });
    await attachSignatures(client, { repository, subject, artifacts });
  }

  /** Both storages, by stock cosign. @throws {Error} in its words */
  async verify(subject: Descriptor): Promise<void> {
    const image = this.imageOf(subject);
    await this.cosign.verify(image);
    const how = ['--key', this.cosign.publicKeyFile, '--insecure-ignore-tlog=true'];
    await this.cosign.run(['verify', ...how, '--new-bundle-format=false', image]);
  }

  private imageOf({ digest }: Descriptor): string {
    return `${this.client.host}/${this.repository}@${digest}`;
  }
}
