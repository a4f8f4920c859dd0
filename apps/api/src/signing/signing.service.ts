import {
  type Actor,
  AuditRepository,
  BuildRepository,
  ImageRepository,
  type ProjectRecord,
  SignatureRepository,
  verifiedByKeysThatCount,
} from '@cooperage/db';
import { type Digest, parseDigest } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, found } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { presentKey, presentSignatures } from './present-signatures.js';
import { VerificationService } from './verification.service.js';

/** Signatures and keys as pages show them, and "verify now". Nothing here can sign. */
@Injectable()
export class SigningService {
  private readonly tries = new RateLimiter({ tries: 30, windowMs: 60_000 });

  constructor(
    private readonly signatures: SignatureRepository,
    private readonly images: ImageRepository,
    private readonly builds: BuildRepository,
    private readonly verifications: VerificationService,
    private readonly access: AccessService,
    private readonly audit: AuditRepository,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async listKeys(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.signatures.keys(projectId), (key) => presentKey(key, this.settings));
  }

  /** PEM of a public key; anyone may have it. @throws {ApiProblem} `not_found` also before it was made. */
  async publicKey(keyId: string): Promise<string> {
    return found((await this.signatures.key(keyId))?.publicKeyPem);
  }

  /** What the newest verification found. */
  async get(principal: Principal, projectId: string, digest: string) {
    const project = await this.access.project(principal, projectId);
    found(await this.images.find(projectId, digest));
    return this.present(project, parseDigest(digest));
  }

  /**
   * Reads signature and provenance from the registry again and writes down what was found. A registry that does not answer
   * is a finding too: then nothing is known.
   */
  async verifyNow(principal: Principal, projectId: string, digest: string, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'image.verify');
    const image = found(await this.images.find(projectId, digest));
    this.take(projectId);
    const build = image.buildId === null ? null : await this.builds.find(image.buildId);
    const { verdict } = await this.verifications.inShare(project, () =>
      verifiedByKeysThatCount(
        () => this.verifications.verify(project, parseDigest(digest), build),
        (what) => this.signatures.recordVerification({ projectId, digest, buildId: build?.id ?? null, ...what }),
      ),
    );
    const { organizationId } = project;
    const facts = { organizationId, projectId, action: 'image.verify', subjectKind: 'image', subjectId: digest };
    await this.audit.write(actor, { ...facts, after: { ok: verdict === 'verified', verdict } });
    return this.present(project, parseDigest(digest));
  }

  private async present(project: ProjectRecord, digest: Digest) {
    const [verification, keys] = await Promise.all([
      this.signatures.newestVerification(project.id, digest),
      this.signatures.keys(project.id),
    ]);
    const isKnown = verification?.verdict !== 'impossible';
    const known = isKnown ? null : await this.signatures.newestKnown(project.id, digest);
    const lastKnown = known && { state: known.verdict, at: known.at.toISOString() };
    return presentSignatures({ project, digest, verification, lastKnown, keys }, this.settings);
  }

  private take(projectId: string): void {
    const waitMs = this.tries.take(projectId);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
}
