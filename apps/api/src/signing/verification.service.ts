import { type BuildRecord, type ProjectRecord, SignatureRepository, type VerifyingKeys } from '@cooperage/db';
import { buildAddress, builderAddress, type Digest, projectAddress, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { type Check, type Expectations, gitUri, KeyVerifier, type Verification } from '@cooperage/signing/verify';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { pageWaitMs, SharedSlots } from '../http/shared-slots.js';
import { RegistryReader } from '../registry-token/registry-reader.js';

/** Each asks the registry about up to 500 layers, over connections that all reads of the registry share. */
const slots = { total: 4, perKey: 2, maxWaitMs: pageWaitMs, maxWaiting: 64 };

/** What a verification found out, or that it could not. */
export interface Finding {
  readonly verdict: Verification['verdict'] | 'impossible';
  readonly checks: readonly Check[];
  /** Those that counted, and when. */
  readonly keys: VerifyingKeys;
}

/** Asks our own verifier about images of a project, by the keys that count now. Nothing here can sign. */
@Injectable()
export class VerificationService {
  private readonly verifier = new KeyVerifier();
  private readonly slots = new SharedSlots('verifications', slots);

  constructor(
    private readonly signatures: SignatureRepository,
    private readonly registry: RegistryReader,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /**
   * Does `work`, which asks the registry for a verification, in the share of the organization of `project`.
   * @throws {ApiProblem} `rate_limited` while the organization has its share
   */
  inShare<T>({ organizationId }: Pick<ProjectRecord, 'organizationId'>, work: () => Promise<T>): Promise<T> {
    return this.slots.during(work, organizationId);
  }

  /**
   * Call it within {@link inShare}.
   * @param project whose keys and policy count
   * @param build the newest build of these bytes, whose record they have to match; null when none of the project made them
   * @param place the project in whose repository the image stands
   */
  async verify(
    project: ProjectRecord,
    digest: Digest,
    build: BuildRecord | null,
    place: ProjectRecord = project,
  ): Promise<Finding> {
    const keys = await this.signatures.verifyingKeys(project.id);
    const referrersFirst = await this.signatures.referrersOf({ id: build?.id ?? null, projectId: place.id, digest });
    try {
      const { verdict, checks } = await this.verifier.verify({
        client: this.registry.clientFor(place),
        repository: projectRepository(place.organizationSlug, place.slug),
        digest,
        publicKeys: keys.trusted.map(({ publicKeyPem }) => publicKeyPem),
        formerKeys: keys.former,
        expected: expectationsOf(project, build, this.settings.publicUrl),
        referrersFirst,
      });
      return { verdict, checks, keys };
    } catch (error) {
      if (!isRegistryError(error)) throw error;
      return { verdict: 'impossible', checks: [noAnswer(error.message)], keys };
    }
  }
}

function noAnswer(message: string): Check {
  return {
    id: 'digest',
    title: 'The registry could be asked',
    ok: false,
    required: true,
    expected: 'an answer of the registry',
    found: message,
    evidence: {},
  };
}

/** The same that control demanded before the gate, from the record of the newest build of these bytes. */
function expectationsOf(project: ProjectRecord, build: BuildRecord | null, publicUrl: string): Expectations {
  const names = { organizationSlug: project.organizationSlug, projectSlug: project.slug };
  const bound = { project: projectAddress(publicUrl, names), builderId: builderAddress(publicUrl) };
  if (build === null) return bound;
  return {
    ...bound,
    sourceCommit: build.commit,
    sourceUri: gitUri(build.remoteUrl, build.ref),
    zone: build.zone,
    invocationId: buildAddress(publicUrl, { ...names, number: build.number }),
  };
}
