import type { KeptTag, PageQuery } from '@cooperage/contracts';
import { type Actor, type KeptTagRecord, KeptTagRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { notFound } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';

/** Tags that point to nothing and belong to a protected ref all the same. */
@Injectable()
export class KeptTagsService {
  constructor(
    private readonly tags: KeptTagRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async list(principal: Principal, projectId: string, query: PageQuery) {
    await this.access.project(principal, projectId);
    const list = `kept-tags ${projectId}`;
    return this.cursors.page(list, await this.tags.list(projectId, this.cursors.query(list, query)), present);
  }

  /** @throws {ApiProblem} `not_found` when no such tag is kept */
  async free(principal: Principal, projectId: string, tag: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'image.delete');
    if (!(await this.tags.free(placeOf(project), tag, actor))) throw notFound();
  }
}

function present({ tag, digest, ref, deletedAt }: KeptTagRecord): KeptTag {
  return { tag, digest, ref, deletedAt: deletedAt.toISOString() };
}
