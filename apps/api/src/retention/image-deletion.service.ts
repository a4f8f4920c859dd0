import type { DeleteImage, Deletion, ImageDeletionPreviewView } from '@cooperage/contracts';
import { type Actor, ImageDeletion, RetentionRepository } from '@cooperage/db';
import { parseDigest } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';
import { presentDeletion } from './present-deletion.js';
import { RetentionService } from './retention.service.js';

/** The deletion of an image by a person: what goes with it, and the request. */
@Injectable()
export class ImageDeletionService {
  constructor(
    private readonly images: ImageDeletion,
    private readonly deletions: RetentionRepository,
    private readonly retention: RetentionService,
    private readonly access: AccessService,
  ) {}

  async preview(principal: Principal, projectId: string, digest: string): Promise<ImageDeletionPreviewView> {
    const { organizationId } = await this.access.project(principal, projectId);
    const image = found(await this.images.preview(projectId, digest));
    const { policy } = await this.retention.effective(organizationId);
    const open = await this.deletions.find(projectId, 'image', digest);
    const isOpen = open?.state === 'scheduled' || open?.state === 'deleting';
    return {
      ...{ ...image, tags: [...image.tags], graceDays: policy.graceDays },
      deletion: open && isOpen ? presentDeletion(open) : null,
    };
  }

  /** @throws {ApiProblem} `stale` if other tags point to the image, `too_late` if its deletion has begun */
  async schedule(
    principal: Principal,
    projectId: string,
    digest: string,
    { tags, tagsDigest, comment }: DeleteImage,
    actor: Actor,
  ): Promise<Deletion> {
    const project = await this.access.project(principal, projectId, 'image.delete');
    const { policy } = await this.retention.effective(project.organizationId);
    const request = { digest: parseDigest(digest), tags, tagsDigest, comment, graceDays: policy.graceDays };
    const scheduled = found(await this.images.schedule(placeOf(project), request, actor));
    if (scheduled === 'stale')
      throw new ApiProblem('stale', { detail: 'Other tags point to this image than those that you sent.' });
    if (scheduled === 'too_late') throw new ApiProblem('too_late', { detail: 'The deletion of this image has begun.' });
    return presentDeletion(scheduled);
  }
}
