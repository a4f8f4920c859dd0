import type { BuildProject, BuildRecord, SigningRepository, StoredArtifact } from '@cooperage/db';
import {
  BuildFailure,
  type Digest,
  type MasterKeys,
  projectRepository,
  SealedBoxError,
  sealedSubject,
} from '@cooperage/domain';
import type { Descriptor } from '@cooperage/oci';
import {
  attachSignatures,
  KeySigner,
  openSigningKey,
  provenancePredicate,
  restoreArtifact,
  storeArtifact,
} from '@cooperage/signing';
import type { Metrics } from '@cooperage/telemetry';
import type { CreateKeyService } from '../keys/create-key.service.js';
import { projectUri, provenanceFacts } from './provenance-facts.js';
import type { PublisherSession } from './publisher-session.js';

/**
 * Signs an image and its provenance by the project's key. What was signed is stored before any of it is pushed, and what
 * is stored is what is pushed: after a crash the same bytes go out again.
 */
export class SignImage {
  constructor(
    private readonly rows: SigningRepository,
    private readonly projectKeys: CreateKeyService,
    private readonly masters: MasterKeys,
    private readonly metrics: Metrics,
    private readonly publicUrl: string,
  ) {}

  /**
   * @param subject root of the image as it stands in the project's repository
   * @throws {BuildFailure} `SigningUnavailable` when the key cannot be opened
   */
  async attach(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    subject: Descriptor,
  ): Promise<void> {
    if (subject.digest !== build.digest) throw new Error('only the digest in the record of this build is signed');
    const stored = await this.rows.artifactsOf(build.id);
    if (stored.length === 0) await this.sign(session, build, project, subject);
    await this.push(session, project, subject);
  }

  /** Puts back what is missing beside an image: signatures, attestations, their index. */
  async repair(session: PublisherSession, project: BuildProject, digest: Digest): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const { mediaType, size } = await session.registry.manifests.get(repository, digest, { signal: session.signal });
    await this.push(session, project, { mediaType, digest, size });
  }

  private async sign(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    subject: Descriptor,
  ): Promise<void> {
    const key = await this.projectKeys.ensure(project.id);
    const signer = new KeySigner(this.open(project.id, key.sealed));
    const artifacts = await signer.sign({
      subject,
      image: `${session.registry.host}/${projectRepository(project.organizationSlug, project.slug)}`,
      project: projectUri(project, this.publicUrl),
      provenance: provenancePredicate(provenanceFacts(build, project, this.publicUrl)),
      signedAt: new Date(),
    });
    const rows = artifacts.map(
      (artifact): StoredArtifact => ({ kind: artifact.kind, keyId: key.id, artifact: storeArtifact(artifact) }),
    );
    for (const kind of ['signature', 'provenance'] as const)
      this.metrics.signaturesTotal.add({ kind, outcome: 'made' });
    await this.rows.storeArtifacts({ id: build.id, projectId: project.id, digest: subject.digest }, rows);
  }

  /** Every build that made these bytes has its own provenance; all of them stay beside the image. */
  private async push(session: PublisherSession, project: BuildProject, subject: Descriptor): Promise<void> {
    const rows = await this.rows.artifactsOfImage(project.id, subject.digest);
    const repository = projectRepository(project.organizationSlug, project.slug);
    const artifacts = rows.map((row) => restoreArtifact(row.artifact));
    await attachSignatures(session.registry, { repository, subject, artifacts }, { signal: session.signal });
  }

  private open(projectId: string, sealed: Uint8Array | null) {
    try {
      return openSigningKey(this.masters, sealed ?? new Uint8Array(), sealedSubject.signingKey(projectId));
    } catch (error) {
      if (!(error instanceof SealedBoxError)) throw error;
      this.metrics.signaturesTotal.add({ kind: 'signature', outcome: 'failed' });
      throw new BuildFailure('SigningUnavailable', 'The signing key of the project cannot be opened.', {
        cause: error,
      });
    }
  }
}
