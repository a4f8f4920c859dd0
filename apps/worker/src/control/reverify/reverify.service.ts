import { setTimeout as pause } from 'node:timers/promises';
import {
  type BuildProject,
  type BuildProjectRepository,
  type BuildRepository,
  type DueImage,
  type OutboxItem,
  type ReverificationRepository,
  type SigningRepository,
  type VerifyingKeys,
  verifiedByKeysThatCount,
} from '@cooperage/db';
import { projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { type Expectations, gitUri, type Verification, verifyImage } from '@cooperage/signing/verify';
import type { Logger } from '@cooperage/telemetry';
import { done, type HandlerResult, later } from '../outbox/outbox-loop.js';
import { projectUri, provenanceFacts } from '../publish/provenance-facts.js';
import type { ReadingClients } from '../tokens/reading-clients.js';

const imagesAtOnce = 20;
/** Between two images: a round must not take the registry from those who publish and pull. */
const pauseMs = 100;

type Verdict = Verification['verdict'] | 'impossible';

export interface ReverifyParts {
  readonly rounds: ReverificationRepository;
  readonly projects: BuildProjectRepository;
  readonly builds: BuildRepository;
  readonly keys: SigningRepository;
  readonly clients: ReadingClients;
  readonly publicUrl: string;
  readonly logger: Logger;
}

/**
 * Verifies what tags point to again, in the background and one image at a time: an image can stop verifying without
 * anybody having touched it here (a key was revoked or has run out, the registry lost or damaged something).
 */
export class ReverifyService {
  constructor(private readonly parts: ReverifyParts) {}

  /** A few images at each taking, so that a process that ends need not wait for a round; the next taking goes on. */
  async handle(item: OutboxItem, signal?: AbortSignal): Promise<HandlerResult> {
    const { projects, rounds } = this.parts;
    const project = await projects.find(item.subjectId);
    if (!project || project.deletedAt) return done;
    const startedAt = await rounds.begin(project.id, item.attempts === 1);
    const images = await rounds.due(project.id, startedAt, imagesAtOnce);
    for (const image of images) {
      signal?.throwIfAborted();
      await this.look(project, image);
      await pause(pauseMs);
    }
    if (images.length === imagesAtOnce) return later(pauseMs, 'more images are due');
    await rounds.finish(project.id);
    return done;
  }

  private async look(project: BuildProject, image: DueImage): Promise<void> {
    const { keys, rounds, logger } = this.parts;
    const found = { projectId: project.id, digest: image.digest, buildId: image.buildId };
    const { verdict } = await verifiedByKeysThatCount(
      () => this.verify(project, image),
      (what) => keys.recordVerification({ ...found, ...what }),
    );
    await rounds.prune(project.id, image.digest);
    if (verdict !== 'verified') logger.warn({ ...found, verdict }, 'a tagged image does not verify');
  }

  private async verify(
    project: BuildProject,
    image: DueImage,
  ): Promise<{ verdict: Verdict; checks: Verification['checks']; keys: VerifyingKeys }> {
    const repository = projectRepository(project.organizationSlug, project.slug);
    const keys = await this.parts.keys.verifyingKeys(project.id);
    const publicKeys = keys.trusted.map(({ publicKeyPem }) => publicKeyPem);
    const referrersFirst = await this.parts.keys.referrersOf({
      id: image.buildId,
      projectId: project.id,
      digest: image.digest,
    });
    try {
      const { verdict, checks } = await verifyImage({
        ...{ client: this.parts.clients.of(repository), repository, digest: image.digest },
        ...{ publicKeys, formerKeys: keys.former, expected: await this.expected(project, image), referrersFirst },
      });
      return { verdict, checks, keys };
    } catch (error) {
      if (!isRegistryError(error)) throw error;
      return { verdict: 'impossible', checks: [], keys };
    }
  }

  private async expected(project: BuildProject, { buildId }: DueImage): Promise<Expectations> {
    const { builds, publicUrl } = this.parts;
    const build = buildId === null ? null : await builds.find(buildId);
    const bound = { project: projectUri(project, publicUrl) };
    if (!build) return bound;
    const { source, builderId, invocationId } = provenanceFacts(build, project, publicUrl);
    const sourceUri = gitUri(source.uri, source.ref);
    return { ...bound, sourceCommit: build.commit, sourceUri, zone: build.zone, builderId, invocationId };
  }
}
