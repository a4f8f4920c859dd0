import type {
  Image,
  ImageFacts as ImageFactsView,
  ImagesQuery,
  PageQuery,
  ProjectImagesQuery,
  TagMovesQuery,
} from '@cooperage/contracts';
import { ImageFacts, ImageLists, ImageRepository } from '@cooperage/db';
import { parseDigest, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { found } from '../http/problem.js';
import { imageRepositoryOf } from '../projects/present-project.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { presentBase, presentFoundImage, presentMove, presentSummary, presentTag } from './present-image.js';
import { readImageContent } from './read-image.js';

/** Largest blob that is shown raw. Layers are pulled from the registry itself. */
const maxRawBytes = 4 << 20;

@Injectable()
export class ImagesService {
  constructor(
    private readonly images: ImageRepository,
    private readonly lists: ImageLists,
    private readonly facts: ImageFacts,
    private readonly registry: RegistryReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** Images of all the caller's organizations, or of one of them. */
  async search(principal: Principal, { organization, project, q, ...query }: ImagesQuery) {
    if (organization !== undefined) this.access.organization(principal, organization);
    const organizationIds = organization === undefined ? organizationIdsOf(principal) : [organization];
    const list = `images ${organization ?? '*'} ${project ?? '*'} ${q ?? ''}`;
    const filter = { projectId: project, beginning: q };
    const page = await this.lists.list(organizationIds, filter, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentFoundImage);
  }

  /** What rows say of an image: the registry is not asked, so it also stands when that has lost the image. */
  async getFacts(principal: Principal, projectId: string, digest: string): Promise<ImageFactsView> {
    const project = await this.access.project(principal, projectId);
    const image = found(await this.images.find(projectId, digest));
    const [build, previous, bases] = await Promise.all([
      image.buildId === null ? null : this.facts.build(image.buildId),
      this.facts.previous(projectId, image.id),
      image.buildId === null ? [] : this.facts.bases(image.buildId),
    ]);
    return {
      ...presentSummary(image),
      reference: `${imageRepositoryOf(project, this.settings)}@${digest}`,
      ...{ build, previous },
      bases: bases.map(presentBase),
    };
  }

  async list(principal: Principal, projectId: string, { q, ...query }: ProjectImagesQuery) {
    const { organizationId } = await this.access.project(principal, projectId);
    const list = `images ${projectId} ${q ?? ''}`;
    const filter = { projectId, beginning: q };
    const page = await this.lists.list([organizationId], filter, this.cursors.query(list, query));
    return this.cursors.page(list, page, ({ organizationSlug: _, projectSlug: __, ...image }) => presentSummary(image));
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

  async tagMoves(principal: Principal, projectId: string, { tag, digest, ...query }: TagMovesQuery) {
    await this.access.project(principal, projectId);
    const list = `tag-moves ${projectId} ${tag ?? ''} ${digest ?? ''}`;
    const page = await this.images.tagMoves(projectId, { tag, digest }, this.cursors.query(list, query));
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
