import {
  type BuildProject,
  type BuildRecord,
  type SigningRepository,
  type VerifyingKeys,
  verifiedByKeysThatCount,
} from '@cooperage/db';
import { BuildFailure, type Digest, projectRepository } from '@cooperage/domain';
import type { SignedArtifact } from '@cooperage/signing';
import { gitUri, type Verification, verifyImage } from '@cooperage/signing/verify';
import { projectUri, provenanceFacts } from './provenance-facts.js';
import type { PublisherSession } from './publisher-session.js';

/** Our own verifier, on what the registry gives back: it decides whether a build may pass the gate. */
export class VerifyPublished {
  constructor(
    private readonly rows: SigningRepository,
    private readonly publicUrl: string,
  ) {}

  /**
   * @param artifacts what should stand beside the image; looked at first among however many of others
   * @returns ids of the keys by which it verified: the gate asks whether they count still
   * @throws {BuildFailure} `VerificationFailed`, naming the first check that did not pass; every check is on record
   */
  async check(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    artifacts: readonly SignedArtifact[],
  ): Promise<string[]> {
    const { result, keys } = await verifiedByKeysThatCount(
      () => this.verify(session, build, project, artifacts),
      ({ result: { digest, verdict, checks }, keys }) =>
        this.rows.recordVerification({ projectId: project.id, digest, buildId: build.id, verdict, checks, keys }),
    );
    const { ok, checks } = result;
    if (ok) return keys.trusted.map(({ id }) => id);
    const failed = checks.find((check) => check.required && !check.ok);
    throw new BuildFailure(
      'VerificationFailed',
      `The published image did not verify: ${failed?.title ?? result.verdict}.`,
    );
  }

  private async verify(
    session: PublisherSession,
    build: BuildRecord,
    project: BuildProject,
    artifacts: readonly SignedArtifact[],
  ): Promise<{ result: Verification; keys: VerifyingKeys }> {
    const facts = provenanceFacts(build, project, this.publicUrl);
    const keys = await this.rows.verifyingKeys(project.id);
    const result = await verifyImage({
      client: session.registry,
      repository: projectRepository(project.organizationSlug, project.slug),
      digest: build.digest as Digest,
      publicKeys: keys.trusted.map(({ publicKeyPem }) => publicKeyPem),
      expected: {
        project: projectUri(project, this.publicUrl),
        sourceCommit: build.commit,
        sourceUri: gitUri(facts.source.uri, facts.source.ref),
        zone: facts.zone,
        builderId: facts.builderId,
        invocationId: facts.invocationId,
      },
      referrersFirst: artifacts.flatMap(({ place }) => (place.as === 'referrer' ? [place.descriptor.digest] : [])),
      signal: session.signal,
    });
    return { result, keys };
  }
}
