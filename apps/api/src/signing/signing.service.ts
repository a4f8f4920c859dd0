import {
  type Actor,
  AuditRepository,
  type BuildRecord,
  BuildRepository,
  ImageRepository,
  type ProjectRecord,
  SignatureRepository,
} from '@cooperage/db';
import {
  buildAddress,
  builderAddress,
  type Digest,
  parseDigest,
  projectAddress,
  projectRepository,
} from '@cooperage/domain';
import { type Expectations, gitUri, KeyVerifier } from '@cooperage/signing/verify';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, found } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { presentKey, presentSignatures } from './present-signatures.js';

/** Signatures and keys as pages show them, and "verify now". Nothing here can sign. */
@Injectable()
export class SigningService {
  private readonly verifier = new KeyVerifier();
  private readonly tries = new RateLimiter({ tries: 30, windowMs: 60_000 });

  constructor(
    private readonly signatures: SignatureRepository,
    private readonly images: ImageRepository,
    private readonly builds: BuildRepository,
    private readonly registry: RegistryReader,
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

  /** Reads signature and provenance from the registry again and writes down what was found. */
  async verifyNow(principal: Principal, projectId: string, digest: string, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'developer');
    const image = found(await this.images.find(projectId, digest));
    this.take(projectId);
    const build = image.buildId === null ? null : await this.builds.find(image.buildId);
    const keys = await this.signatures.keys(projectId);
    const { ok, checks } = await this.verifier.verify({
      client: this.registry.clientFor(project),
      repository: projectRepository(project.organizationSlug, project.slug),
      digest: parseDigest(digest),
      publicKeys: keys.filter(isTrusted).flatMap((key) => key.publicKeyPem ?? []),
      expected: expectationsOf(project, build, this.settings.publicUrl),
    });
    await this.signatures.recordVerification({ projectId, digest, buildId: build?.id ?? null, ok, checks });
    const { organizationId } = project;
    const facts = { organizationId, projectId, action: 'image.verify', subjectKind: 'image', subjectId: digest };
    await this.audit.write(actor, { ...facts, after: { ok } });
    return this.present(project, parseDigest(digest));
  }

  private async present(project: ProjectRecord, digest: Digest) {
    const [verification, keys] = await Promise.all([
      this.signatures.newestVerification(project.id, digest),
      this.signatures.keys(project.id),
    ]);
    return presentSignatures({ project, digest, verification, keys }, this.settings);
  }

  private take(projectId: string): void {
    const waitMs = this.tries.take(projectId);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
}

/** Revoked keys verify nothing any more. */
function isTrusted({ state }: { readonly state: string }): boolean {
  return state === 'signing' || state === 'verify_only';
}

/** The same that control demanded before the gate, from the record of the newest build of these bytes. */
function expectationsOf(project: ProjectRecord, build: BuildRecord | null, publicUrl: string): Expectations {
  const names = { organizationSlug: project.organizationSlug, projectSlug: project.slug };
  const bound = { project: projectAddress(publicUrl, names) };
  if (build === null) return { ...bound, provenance: false };
  return {
    ...bound,
    sourceCommit: build.commit,
    sourceUri: gitUri(project.remoteUrl, build.ref),
    builderId: builderAddress(publicUrl),
    invocationId: buildAddress(publicUrl, { ...names, number: build.number }),
  };
}
