import type { Readable } from 'node:stream';
import type {
  Image,
  ImageFacts as ImageFactsView,
  ImagesQuery,
  PageQuery,
  ProjectImagesQuery,
  TagMovesQuery,
  TagUseView,
} from '@cooperage/contracts';
import { ImageFacts, ImageLists, ImageRepository, type ProjectRecord } from '@cooperage/db';
import { parseDigest, projectRepository } from '@cooperage/domain';
import { isRegistryError } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { CursorCodec } from '../http/cursor.js';
import { DownloadSlots } from '../http/download-slots.js';
import { found } from '../http/problem.js';
import { imageRepositoryOf } from '../projects/present-project.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { ImageReader } from './image-reader.js';
import {
  presentBase,
  presentFoundImage,
  presentMove,
  presentSummary,
  presentTag,
  presentTagUse,
} from './present-image.js';

/** Largest blob that is shown raw. Layers are pulled from the registry itself. */
const maxRawBytes = 4 << 20;
const partBytes = 256 << 10;
/** Each holds its bytes until its reader has them. They are few, so a slow reader gives way sooner than one of a log. */
const rawSlots = { total: 8, perKey: 4, perGroup: 4, maxWaitMs: 10_000, maxWaiting: 64, graceMs: 5_000 };

export interface RawDownload {
  readonly stream: Readable;
  readonly bytes: number;
}

@Injectable()
export class ImagesService {
  private readonly rawSlots = new DownloadSlots('downloads of documents', rawSlots);

  constructor(
    private readonly images: ImageRepository,
    private readonly lists: ImageLists,
    private readonly facts: ImageFacts,
    private readonly registry: RegistryReader,
    private readonly reader: ImageReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly share: StatisticsShare,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /** Images of all the caller's organizations, or of one of them. */
  async search(principal: Principal, { organization, project, q, ...query }: ImagesQuery) {
    if (organization !== undefined) this.access.organization(principal, organization);
    const organizationIds = organization === undefined ? organizationIdsOf(principal) : [organization];
    const list = `images ${organization ?? '*'} ${project ?? '*'} ${q ?? ''}`;
    const filter = { projectId: project, beginning: q };
    const page = await this.listed(principal, q, () =>
      this.lists.list(organizationIds, filter, this.cursors.query(list, query)),
    );
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
    const page = await this.listed(principal, q, () =>
      this.lists.list([organizationId], filter, this.cursors.query(list, query)),
    );
    return this.cursors.page(list, page, ({ organizationSlug: _, projectSlug: __, ...image }) => presentSummary(image));
  }

  /** A beginning that few images have is a walk over all of them. */
  private listed<T>(principal: Principal, q: string | undefined, read: () => Promise<T>): Promise<T> {
    return q === undefined || q === '' ? read() : this.share.run(principal, read);
  }

  async get(principal: Principal, projectId: string, digest: string): Promise<Image> {
    const project = await this.access.project(principal, projectId);
    const image = found(await this.images.find(projectId, digest));
    const content = await this.reader.content(project, parseDigest(digest));
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

  async tagUse(principal: Principal, projectId: string): Promise<TagUseView> {
    await this.access.project(principal, projectId);
    return presentTagUse(await this.images.tagUse(projectId));
  }

  async tagMoves(principal: Principal, projectId: string, { tag, digest, ...query }: TagMovesQuery) {
    await this.access.project(principal, projectId);
    const list = `tag-moves ${projectId} ${tag ?? ''} ${digest ?? ''}`;
    const position = this.cursors.query(list, query);
    const read = () => this.images.tagMoves(projectId, { tag, digest }, position);
    // A tag and an image have an index each. What few moves of one of them pass is a walk over all of these.
    const page = await (tag === undefined || digest === undefined ? read() : this.share.run(principal, read));
    return this.cursors.page(list, page, presentMove);
  }

  /**
   * A manifest or a small blob of the project's repository, exactly as it is stored.
   * @throws {ApiProblem} `rate_limited` while the organization has its share of such downloads
   */
  async raw(principal: Principal, projectId: string, digest: string): Promise<RawDownload> {
    const project = await this.access.project(principal, projectId);
    const download = await this.rawSlots.take(principal.userId, project.organizationId);
    try {
      const bytes = await this.stored(project, digest);
      return { stream: download.send(partsOf(bytes), partBytes), bytes: bytes.length };
    } catch (error) {
      download.cancel();
      throw error;
    }
  }

  private async stored(project: ProjectRecord, digest: string): Promise<Uint8Array> {
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

async function* partsOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += partBytes) yield bytes.subarray(from, from + partBytes);
}
