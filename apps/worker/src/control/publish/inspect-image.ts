import type { BuildProject, BuildProjectRepository, BuildRecord, MountedRepository } from '@cooperage/db';
import {
  BuildFailure,
  type Digest,
  type MasterKeys,
  openBox,
  projectRepository,
  type RepositoryName,
  sealedSubject,
  stagingRepository,
} from '@cooperage/domain';
import {
  checkImageConfig,
  type Descriptor,
  imagePlatforms,
  inParallel,
  manifestsOf,
  mountImage,
  readImageRoot,
} from '@cooperage/oci';
import { findLeaks, type ImageDocument } from './find-leaks.js';
import type { PublisherSession } from './publisher-session.js';
import { refuseOtherZone } from './refuse-other-zone.js';

const maxConfigBytes = 8 * 1024 * 1024;
/** Of all platforms together. */
const maxConfigsBytes = 32 * 1024 * 1024;
const parallelLooks = 16;

export interface InspectedImage {
  readonly subject: Descriptor;
  readonly totalBytes: number;
  /** What the image is made for; what was asked for, where the image does not say it. */
  readonly platforms: readonly string[];
  /** Digests of all its manifests. */
  readonly manifests: readonly Digest[];
}

/** Looks an image over in the staging repository, and takes it into the project's repository by digest. */
export class InspectImage {
  constructor(
    private readonly projects: BuildProjectRepository,
    private readonly keys: MasterKeys,
    private readonly mounted: Pick<MountedRepository, 'note'>,
  ) {}

  /**
   * @param admit asked with the size of the whole image before anything of it stands in the project's repository
   * @returns the descriptor that signatures have as their subject, and what is known of the image
   * @throws {BuildFailure} `SecretLeak` when a secret of the project stands in the image's documents; `PolicyRefused` when they are
   *   too much to be searched, and where the image is not one of the build's zone
   * @throws {RegistryError} `invalid` also for a config that holds so much that nobody could show it
   */
  async into(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    admit: (totalBytes: number) => Promise<void>,
  ): Promise<InspectedImage> {
    const from = stagingRepository(build.projectId, build.zone);
    const to = projectRepository(project.organizationSlug, project.slug);
    await this.searchDocuments(session, build, from);
    const digest = build.digest as Digest;
    const admitted = async (bytes: number, manifests: readonly Digest[]) => {
      await admit(bytes);
      await this.mounted.note(build, session.tenure, { bytes, manifests: await missing(session, to, manifests) });
    };
    const mounted = await mountImage(
      session.registry,
      { from, to, digest, admit: admitted },
      { signal: session.signal },
    );
    const found = await imagePlatforms(session.registry, to, mounted.root.digest, { signal: session.signal });
    const platforms = found.length > 0 ? found : [build.platform];
    const { root, blobBytes, manifests } = mounted;
    return { subject: root, totalBytes: root.size + blobBytes, platforms, manifests };
  }

  /** Also without secrets: what reads the image later, here and in the API, should meet no document that it cannot read. */
  private async searchDocuments(
    session: PublisherSession,
    build: BuildRecord,
    repository: RepositoryName,
  ): Promise<void> {
    const secrets = await this.secrets(build.projectId);
    const leaks = await findLeaks(this.documents(session, build, repository), secrets);
    const [first] = leaks;
    if (!first) return;
    const names = [...new Set(leaks.map((leak) => leak.secretName))].join(', ');
    throw new BuildFailure('SecretLeak', `The ${first.where} of the image holds the value of a secret: ${names}.`);
  }

  /** One after the other: each may be large, and only a manifest and its config are in memory. */
  private async *documents(
    session: PublisherSession,
    build: BuildRecord,
    repository: RepositoryName,
  ): AsyncGenerator<ImageDocument> {
    const options = { signal: session.signal };
    const root = await readImageRoot(session.registry, repository, build.digest!, options);
    if (root.rootDocument.kind === 'index') yield { where: 'manifest', bytes: root.root.bytes };
    let bytesLeft = maxConfigsBytes;
    for await (const { stored, document } of manifestsOf(session.registry, repository, root, options)) {
      refuseOtherZone(document, build.zone);
      yield { where: 'manifest', bytes: stored.bytes };
      const { digest } = document.config;
      const bytes = await session.registry.blobs.read(repository, digest, { ...options, maxBytes: maxConfigBytes });
      bytesLeft -= bytes.length;
      if (bytesLeft < 0) throw tooLarge();
      checkImageConfig(bytes);
      yield { where: 'config', bytes };
    }
  }

  private async secrets(projectId: string): Promise<Map<string, Uint8Array>> {
    const rows = await this.projects.secrets(projectId);
    return new Map(
      rows.map(({ name, sealed }) => [name, openBox(this.keys, sealed, sealedSubject.projectSecret(projectId, name))]),
    );
  }
}

/**
 * Manifests that the repository does not hold. What it holds is needed by others: a builder could name the signature of an image as what
 * it has built, or as a part of that, and it must not be deleted with what this publication leaves (R21D-1).
 */
async function missing(
  { registry, signal }: PublisherSession,
  repository: RepositoryName,
  manifests: readonly Digest[],
): Promise<Digest[]> {
  const found = await inParallel(manifests, parallelLooks, (digest) =>
    registry.manifests.head(repository, digest, { signal }),
  );
  return manifests.filter((_, at) => found[at] === null);
}

function tooLarge(): BuildFailure {
  const limit = `The configs of the image have more than ${maxConfigsBytes / 1024 / 1024} MiB together.`;
  const why = 'They are not searched for the secrets of the project then, and the image is not published.';
  return new BuildFailure('PolicyRefused', `${limit} ${why}`);
}
