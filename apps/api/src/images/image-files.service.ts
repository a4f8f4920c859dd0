import type { FileRow, FilesQuery, Layers, Page } from '@cooperage/contracts';
import { ImageFacts, type ImageRecord, ImageRepository, type ProjectRecord } from '@cooperage/db';
import { inTurns, parseDigest, projectRepository } from '@cooperage/domain';
import { isRegistryError, listFolder, searchFiles } from '@cooperage/oci';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { type Choice, ImageReader, type ManifestEntry, type ManifestLayers } from './image-reader.js';
import { type LaidFiles, LaidImages } from './laid-images.js';
import { type KnownLayer, LayerReader } from './layer-reader.js';
import { presentLayers } from './present-layers.js';

/** Most entries of an image whose files are laid out. */
const mostEntries = 300_000;
const mostFound = 500;
/** Walks through the files of an image: half a second of work for the largest one. */
const slots = { total: 4, perKey: 3, maxWaitMs: 2_000, maxWaiting: 6 };

interface Opened {
  readonly project: ProjectRecord;
  readonly image: ImageRecord;
  readonly manifest: ManifestLayers;
  readonly known: readonly KnownLayer[];
  /** Null while some layers are not listed. */
  readonly files: LaidFiles | null;
}

/** Files of images, layer by layer, from lists that are read once in the background. */
@Injectable()
export class ImageFilesService {
  private readonly laid = new LaidImages();
  private readonly slots = new SharedSlots('lists of files', slots);

  constructor(
    private readonly images: ImageRepository,
    private readonly facts: ImageFacts,
    private readonly registry: RegistryReader,
    private readonly reader: ImageReader,
    private readonly layerReader: LayerReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async layers(principal: Principal, projectId: string, digest: string, manifest?: string): Promise<Layers> {
    const opened = await this.open(principal, projectId, digest, manifest);
    const makers = await this.reader.makers(opened.project, opened.manifest);
    const previous = await this.previousLayers(opened);
    const files = opened.files === 'too_many' ? null : opened.files;
    return presentLayers({ ...opened, files, makers, previous });
  }

  /**
   * @throws {ApiProblem} `not_found` for a folder that is not there, `unavailable` while layers are read, `conflict` for an
   * image with too many files, `rate_limited` while too many are looked through
   */
  async list(principal: Principal, projectId: string, digest: string, query: FilesQuery): Promise<Page<FileRow>> {
    const { project, manifest, files, known } = await this.open(principal, projectId, digest, query.manifest);
    if (files === 'too_many') throw tooMany();
    if (files === null) throw notYet(known);
    const root = query.layer === undefined ? files.root : found(files.layers[query.layer]);
    const walk =
      query.search === undefined || query.search === ''
        ? listFolder(root, query.path)
        : searchFiles(root, query.search, mostFound);
    const rows = found(await this.slots.during(() => inTurns(walk), project.organizationId));
    const { layer, path, search } = query;
    const list = `files ${manifest.digest} ${layer ?? '*'} ${search ?? ''} ${path}`;
    const { after, limit } = this.cursors.query(list, query);
    const from = after === null ? 0 : rows.findIndex((row) => row.path === after) + 1;
    const items = rows.slice(from, from + limit);
    const last = items.at(-1);
    const next = last !== undefined && rows.length > from + limit ? last.path : null;
    return this.cursors.page(list, { items, next }, (row) => row);
  }

  private async open(principal: Principal, projectId: string, digest: string, wanted?: string): Promise<Opened> {
    const project = await this.access.project(principal, projectId);
    const image = found(await this.images.find(projectId, digest));
    const manifest = found(await this.reader.manifest(project, parseDigest(digest), wantedBy(wanted)));
    const repository = projectRepository(project.organizationSlug, project.slug);
    const client = this.registry.clientFor(project);
    const known = await this.layerReader.look(project, manifest.layers, client, repository);
    return { project, image, manifest, known, files: await this.lay(project, manifest, known) };
  }

  /** Null unless every layer is listed: what one changes depends on all below it. */
  private async lay(
    { id, organizationId }: ProjectRecord,
    manifest: ManifestLayers,
    known: readonly KnownLayer[],
  ): Promise<LaidFiles | null> {
    if (known.some((layer) => layer?.problem !== null)) return null;
    if (known.reduce((sum, layer) => sum + (layer?.entries ?? 0), 0) > mostEntries) return 'too_many';
    const load = () => this.layerReader.entries(id, manifest.layers);
    return this.laid.files(`${id} ${manifest.digest}`, organizationId, load);
  }

  /** Digests of the layers of the image before; null where there is none, or the registry has it no more. */
  private async previousLayers({ project, image, manifest }: Opened): Promise<ReadonlySet<string> | null> {
    const previous = await this.facts.previous(project.id, image.id);
    if (!previous) return null;
    const samePlatform: Choice = (entries) =>
      entries.find((entry) => platformKey(entry) === platformKey(manifest)) ?? entries[0];
    try {
      const same = await this.reader.manifest(project, parseDigest(previous.digest), samePlatform);
      return new Set(same?.layers.map((layer) => layer.digest));
    } catch (error) {
      if (isRegistryError(error)) return null;
      throw error;
    }
  }
}

function wantedBy(wanted: string | undefined): Choice {
  return (entries) =>
    wanted === undefined
      ? (entries.find(({ platform }) => platform?.os !== 'unknown') ?? entries[0])
      : entries.find(({ digest }) => digest === wanted);
}

function platformKey({ platform }: Pick<ManifestEntry, 'platform'>): string {
  return platform ? `${platform.os}/${platform.architecture}/${platform.variant ?? ''}` : '';
}

function tooMany(): ApiProblem {
  const most = mostEntries.toLocaleString('en');
  return new ApiProblem('conflict', {
    detail: `This image has more files and folders than are shown: at most ${most} in all its layers, fewer where they are deep.`,
  });
}

function notYet(known: readonly KnownLayer[]): ApiProblem {
  if (known.some((layer) => layer !== undefined && layer.problem !== null))
    return new ApiProblem('conflict', {
      detail: 'A layer of this image cannot be listed, so its files are not known.',
    });
  return new ApiProblem('unavailable', { detail: 'The layers are being read.', retryAfterSeconds: 1 });
}
