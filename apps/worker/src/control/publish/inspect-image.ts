import type { BuildProject, BuildProjectRepository, BuildRecord } from '@cooperage/db';
import {
  BuildFailure,
  type Digest,
  type MasterKeys,
  openBox,
  projectRepository,
  sealedSubject,
  stagingRepository,
} from '@cooperage/domain';
import { type Descriptor, mountImage, readImageTree } from '@cooperage/oci';
import { findLeaks } from './find-leaks.js';
import type { PublisherSession } from './publisher-session.js';

const maxConfigBytes = 8 * 1024 * 1024;

export interface InspectedImage {
  readonly subject: Descriptor;
  readonly totalBytes: number;
}

/** Looks an image over in the staging repository, and takes it into the project's repository by digest. */
export class InspectImage {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly keys: MasterKeys,
  ) {}

  /**
   * @param admit asked with the size of the whole image before anything of it stands in the project's repository
   * @returns the descriptor that signatures have as their subject, and the size of the whole image in bytes
   * @throws {BuildFailure} `SecretLeak` when a secret of the project stands in the image's documents
   * @throws {RegistryError}
   */
  async into(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    admit: (totalBytes: number) => Promise<void>,
  ): Promise<InspectedImage> {
    const from = stagingRepository(build.projectId, build.zone);
    const to = projectRepository(project.organizationSlug, project.slug);
    await this.refuseLeaks(session, build, from);
    const mounted = await mountImage(
      session.registry,
      { from, to, digest: build.digest as Digest, admit },
      { signal: session.signal },
    );
    return { subject: mounted.root, totalBytes: mounted.root.size + mounted.blobBytes };
  }

  private async refuseLeaks(session: PublisherSession, build: BuildRecord, repository: string): Promise<void> {
    const secrets = await this.secrets(build.projectId);
    if (secrets.size === 0) return;
    const leaks = await findLeaks(await this.documents(session, build, repository), secrets);
    const [first] = leaks;
    if (!first) return;
    const names = [...new Set(leaks.map((leak) => leak.secretName))].join(', ');
    throw new BuildFailure('SecretLeak', `The ${first.where} of the image holds the value of a secret: ${names}.`);
  }

  private async documents(session: PublisherSession, build: BuildRecord, repository: string) {
    const options = { signal: session.signal };
    const tree = await readImageTree(session.registry, repository, build.digest!, options);
    const configs = await Promise.all(
      tree.manifests.map(({ document }) =>
        session.registry.blobs.read(repository, document.config.digest, { ...options, maxBytes: maxConfigBytes }),
      ),
    );
    return [
      { where: 'manifest', bytes: tree.root.bytes },
      ...tree.manifests.map(({ stored }) => ({ where: 'manifest', bytes: stored.bytes })),
      ...configs.map((bytes) => ({ where: 'config', bytes })),
    ];
  }

  private async secrets(projectId: string): Promise<Map<string, Uint8Array>> {
    const rows = await this.projects.secrets(projectId);
    return new Map(
      rows.map(({ name, sealed }) => [name, openBox(this.keys, sealed, sealedSubject.projectSecret(projectId, name))]),
    );
  }
}
