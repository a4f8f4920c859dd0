import type { Policy, PolicyResult } from '@cooperage/contracts';
import {
  BuildRepository,
  ImageRepository,
  type ProjectRecord,
  ProjectRepository,
  SignatureRepository,
} from '@cooperage/db';
import { builderAddress, type Digest, isDigest, isTag, projectAddress, projectRepository } from '@cooperage/domain';
import { formatImageReference, type ImageReference, parseImageReference } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { ApiProblem, found } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { presentCheck } from '../signing/present-signatures.js';
import { VerificationService } from '../signing/verification.service.js';
import { policySentences } from './policy-sentences.js';

/** What a project demands of its images, and what it would say of any other in this registry. */
@Injectable()
export class PolicyService {
  private readonly tries = new RateLimiter({ tries: 30, windowMs: 60_000 });

  constructor(
    private readonly projects: ProjectRepository,
    private readonly images: ImageRepository,
    private readonly builds: BuildRepository,
    private readonly signatures: SignatureRepository,
    private readonly verifications: VerificationService,
    private readonly registry: RegistryReader,
    private readonly access: AccessService,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async get(principal: Principal, projectId: string): Promise<Policy> {
    const project = await this.access.project(principal, projectId);
    const { publicUrl } = this.settings;
    const names = { organizationSlug: project.organizationSlug, projectSlug: project.slug };
    return {
      projectId,
      ...policySentences({
        project: projectAddress(publicUrl, names),
        builder: builderAddress(publicUrl),
        ...{ defaultBranch: project.defaultBranch, remoteUrl: project.remoteUrl },
        ...{ keys: await this.signatures.keys(projectId), now: new Date() },
      }),
    };
  }

  /**
   * Judges any image that the caller may see. Nothing outside the own registry is asked: an address of somebody's choice
   * would be one that this service calls on their behalf.
   */
  async test(principal: Principal, projectId: string, text: string): Promise<PolicyResult> {
    const project = await this.access.project(principal, projectId);
    const reference = this.referenceOf(project, text);
    const place = await this.placeOf(principal, reference);
    this.take(projectId);
    return this.verifications.inShare(project, async () => {
      const digest = reference.digest ?? (await this.resolve(place, reference.tag ?? 'latest'));
      const build = place.id === project.id ? await this.buildOf(projectId, digest) : null;
      const { verdict, checks } = await this.verifications.verify(project, digest, build, place);
      return { reference: formatImageReference(reference), digest, verdict, checks: checks.map(presentCheck) };
    });
  }

  private referenceOf(project: ProjectRecord, text: string): ImageReference {
    const own = {
      host: this.settings.publicRegistry.host,
      repository: projectRepository(project.organizationSlug, project.slug),
    };
    if (isDigest(text)) return { ...own, digest: text };
    if (isTag(text)) return { ...own, tag: text };
    const reference = parsed(text);
    if (reference.host !== own.host)
      throw new ApiProblem('bad_request', { detail: `Only images of this registry are looked at: ${own.host}.` });
    return reference;
  }

  private async placeOf(principal: Principal, { repository }: ImageReference): Promise<ProjectRecord> {
    const [organizationSlug = '', slug = '', ...rest] = repository.split('/');
    if (rest.length > 0) throw new ApiProblem('not_found');
    return found(await this.projects.findBySlug(organizationSlug, slug, organizationIdsOf(principal)));
  }

  private async resolve(place: ProjectRecord, tag: string): Promise<Digest> {
    const repository = projectRepository(place.organizationSlug, place.slug);
    const manifest = await this.registry.clientFor(place).manifests.find(repository, tag);
    if (!manifest) throw new ApiProblem('gone', { detail: `The registry has no tag ${tag} in ${repository}.` });
    return manifest.digest;
  }

  private async buildOf(projectId: string, digest: Digest) {
    const image = await this.images.find(projectId, digest);
    return image?.buildId ? this.builds.find(image.buildId) : null;
  }

  private take(projectId: string): void {
    const waitMs = this.tries.take(projectId);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
}

function parsed(text: string): ImageReference {
  try {
    return parseImageReference(text);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ApiProblem('bad_request', { detail: `This is no reference of an image: ${error.message}.` });
  }
}
