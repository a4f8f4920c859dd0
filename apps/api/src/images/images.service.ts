import type { Image, ImageSummary, PageQuery, Tag, TagMove } from '@cooperage/contracts';
import { type ImageRecord, ImageRepository, type TagMoveRecord, type TagRecord } from '@cooperage/db';
import { parseDigest, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { found } from '../http/problem.js';
import { imageRepositoryOf } from '../projects/present-project.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { readImageContent } from './read-image.js';

/** Largest blob that is shown raw. Layers are pulled from the registry itself. */
const maxRawBytes = 4 << 20;

@Injectable()
export class ImagesService {
  constructor(
    private readonly images: ImageRepository,
    private readonly registry: RegistryReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async list(principal: Principal, projectId: string, query: PageQuery) {
    await this.access.project(principal, projectId);
    const list = `images ${projectId}`;
    const page = await this.images.list(projectId, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentSummary);
  }

  async get(principal: Principal, projectId: string, digest: string): Promise<Image> {
    const project = await this.access.project(principal, projectId);
    const image = found(await this.images.find(projectId, digest));
    const repository = projectRepository(project.organizationSlug, project.slug);
    const content = await readImageContent(this.registry.clientFor(project), repository, parseDigest(digest));
    return {
      ...presentSummary(image),
      reference: `${imageRepositoryOf(project, this.settings)}@${digest}`,
      ...content,
    };
  }

  async tags(principal: Principal, projectId: string, query: PageQuery) {
    await this.access.project(principal, projectId);
    const list = `tags ${projectId}`;
    const page = await this.images.tags(projectId, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentTag);
  }

  async tagMoves(principal: Principal, projectId: string, tag: string | undefined, query: PageQuery) {
    await this.access.project(principal, projectId);
    const list = `tag-moves ${projectId} ${tag ?? ''}`;
    const page = await this.images.tagMoves(projectId, tag ?? null, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentMove);
  }

  /** A manifest or a small blob of the project's repository, exactly as it is stored. */
  async raw(principal: Principal, projectId: string, digest: string): Promise<Uint8Array> {
    const project = await this.access.project(principal, projectId);
    const client = this.registry.clientFor(project);
    const repository = projectRepository(project.organizationSlug, project.slug);
    // Blobs first: asked for a blob as a manifest, registries answer in many ways.
    try {
      return await client.blobs.read(repository, parseDigest(digest), { maxBytes: maxRawBytes });
    } catch (error) {
      if (!isRegistryError(error, 'not_found')) throw error;
    }
    const manifest = await client.manifests.find(repository, digest);
    return found(manifest).bytes;
  }
}

function presentSummary(image: ImageRecord): ImageSummary {
  const { id: _, ...fields } = image;
  return {
    ...fields,
    platforms: [...image.platforms],
    tags: [...image.tags],
    createdAt: image.createdAt.toISOString(),
  };
}

function presentTag(tag: TagRecord): Tag {
  return { ...tag, movedAt: tag.movedAt.toISOString() };
}

function presentMove(move: TagMoveRecord): TagMove {
  const { tag, fromDigest, toDigest, buildNumber, at } = move;
  return { tag, from: fromDigest, to: toDigest, buildNumber, at: at.toISOString() };
}
