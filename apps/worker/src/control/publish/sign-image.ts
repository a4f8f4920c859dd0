import type {
  BuildProject,
  BuildRecord,
  BuildRepository,
  SigningKeyRecord,
  SigningRepository,
  StoredArtifact,
} from '@cooperage/db';
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
  type AttachRequest,
  attachSignatures,
  KeySigner,
  openSigningKey,
  provenancePredicate,
  RecordedOnlySigner,
  restoreArtifact,
  type SignedArtifact,
  SigningRefused,
  statementOf,
  storeArtifact,
} from '@cooperage/signing';
import type { Metrics } from '@cooperage/telemetry';
import type { CreateKeyService } from '../keys/create-key.service.js';
import { projectUri, provenanceFacts } from './provenance-facts.js';
import type { PublisherSession } from './publisher-session.js';
import { isRecordedRequest, isRecordedStatement } from './recorded-statement.js';

/** Of one provenance: each build leaves its own beside the image, in two forms, and they are read again and again. */
const mostProvenanceBytes = 1024 * 1024;

/**
 * Signs an image and its provenance by the project's key. What was signed is stored before any of it is pushed, and what
 * is stored is what is pushed: after a crash the same bytes go out again.
 */
export class SignImage {
  constructor(
    private readonly rows: SigningRepository,
    private readonly builds: Pick<BuildRepository, 'find'>,
    private readonly projectKeys: CreateKeyService,
    private readonly masters: MasterKeys,
    private readonly metrics: Metrics,
    /** `registryHost`: as people pull by it, which is what a signature names. */
    private readonly names: { readonly publicUrl: string; readonly registryHost: string },
  ) {}

  /**
   * Bytes that an earlier build of the project made too are signed already: then this build adds its own provenance. The oldest of many
   * give way, so that nothing in the registry grows with the number of builds that made the same image.
   * @param subject root of the image as it stands in the project's repository
   * @returns what belongs to this build's image: its provenance, and the signature, whosever build made it
   * @throws {BuildFailure} `SigningUnavailable` when the key cannot be opened, `VerificationFailed` when it would say
   * something else than the record of the build
   */
  async attach(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    subject: Descriptor,
  ): Promise<SignedArtifact[]> {
    if (subject.digest !== build.digest) throw notOnRecord();
    const [key, known] = await Promise.all([
      this.projectKeys.ensure(project.id),
      this.rows.artifactsFor({ ...build, digest: subject.digest }),
    ]);
    const signatures = known.filter(({ kind, keyId }) => isSignature(kind) && keyId === key.id);
    const own = known.filter(({ buildId }) => buildId === build.id);
    for (const row of own) this.checkStored(row, build, project);
    const made = own.length > 0 ? own : await this.sign(build, project, subject, key, signatures.length > 0);
    const artifacts = [
      ...new Map([...signatures, ...made].map((row) => [row.kind, restoreArtifact(row.artifact)])).values(),
    ];
    const retired = (standing: ReadonlySet<Digest>) =>
      this.rows.retiredOf({ projectId: project.id, digest: subject.digest }, standing);
    await this.push(session, project, { subject, artifacts, retired });
    return artifacts;
  }

  /** Puts back what is missing beside an image: signatures, attestations, their index. Slice by slice, since there may be much of it. */
  async repair(session: PublisherSession, project: BuildProject, digest: Digest): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const { mediaType, size } = await session.registry.manifests.get(repository, digest, { signal: session.signal });
    for await (const slice of this.rows.artifactsOfImage(project.id, digest)) {
      const artifacts = slice.map((row) => restoreArtifact(row.artifact));
      await this.push(session, project, { subject: { mediaType, digest, size }, artifacts });
    }
  }

  private async sign(
    build: BuildRecord,
    project: BuildProject,
    subject: Descriptor,
    key: SigningKeyRecord,
    provenanceOnly: boolean,
  ): Promise<StoredArtifact[]> {
    const signer = new RecordedOnlySigner(new KeySigner(this.open(project.id, key.sealed)), async (request) =>
      isRecordedRequest(request, await this.builds.find(build.id), project, this.names.publicUrl),
    );
    const provenance = provenancePredicate(provenanceFacts(build, project, this.names.publicUrl));
    checkSize(provenance);
    const signing = signer.sign({
      subject,
      image: `${this.names.registryHost}/${projectRepository(project.organizationSlug, project.slug)}`,
      project: projectUri(project, this.names.publicUrl),
      provenance,
      signedAt: new Date(),
      provenanceOnly,
    });
    const artifacts = await signing.catch((error: unknown) => {
      throw error instanceof SigningRefused ? notOnRecord(error) : error;
    });
    const made = provenanceOnly ? (['provenance'] as const) : (['signature', 'provenance'] as const);
    for (const kind of made) this.metrics.signaturesTotal.add({ kind, outcome: 'made' });
    return this.rows.storeArtifacts(
      { id: build.id, projectId: project.id, digest: subject.digest },
      artifacts.map((artifact) => ({ kind: artifact.kind, keyId: key.id, artifact: storeArtifact(artifact) })),
    );
  }

  /** What a crash left behind is pushed as it was stored, and only where it says what the record says. */
  private checkStored({ kind, artifact }: StoredArtifact, build: BuildRecord, project: BuildProject): void {
    if (isSignature(kind)) return;
    const statement = statementOf(restoreArtifact(artifact));
    if (!isRecordedStatement(statement, build, project, this.names.publicUrl)) throw notOnRecord();
  }

  private async push(
    session: PublisherSession,
    project: BuildProject,
    request: Omit<AttachRequest, 'repository'>,
  ): Promise<void> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    await attachSignatures(session.registry, { ...request, repository }, { signal: session.signal });
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

/** Inputs and sources have bounds of their own; this one holds whatever a builder has written down. */
function checkSize(provenance: object): void {
  const bytes = Buffer.byteLength(JSON.stringify(provenance));
  if (bytes > mostProvenanceBytes)
    throw new BuildFailure(
      'PolicyRefused',
      `The provenance of this build would have ${bytes} bytes; at most ${mostProvenanceBytes} are signed. Build arguments and addresses that are fetched are the usual reason.`,
    );
}

const isSignature = (kind: string) => kind === 'signature' || kind === 'legacy_signature';

function notOnRecord(cause?: unknown): BuildFailure {
  const message = 'What was to be signed is not what the record of this build holds.';
  return new BuildFailure('VerificationFailed', message, { cause });
}
