import type { FileRow, FilesQuery, Layers, Page } from '@cooperage/contracts';
import { ImageFacts, type ImageRecord, ImageRepository, type ProjectRecord } from '@cooperage/db';
import { parseDigest, projectRepository } from '@cooperage/domain';
import {
  type Descriptor,
  type ImageFiles,
  isRegistryError,
  layFiles,
  listFolder,
  readImageTree,
  searchFiles,
  type TreeManifest,
} from '@cooperage/oci';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found } from '../http/problem.js';
import { RegistryReader } from '../registry-token/registry-reader.js';
import { KeptFew } from './kept-few.js';
import { type KnownLayer, LayerReader } from './layer-reader.js';
import { presentLayers } from './present-layers.js';
import { readLayerMakers } from './read-image.js';

/** Images whose files are kept laid out in memory, and the most entries of one of them. */
const mostImages = 4;
const mostEntries = 300_000;
const mostFound = 500;

interface Opened {
  readonly project: ProjectRecord;
  readonly image: ImageRecord;
  readonly manifest: TreeManifest;
  readonly known: readonly KnownLayer[];
  /** Null while some layers are not listed. */
  readonly files: ImageFiles | null;
}

/** Files of images, layer by layer, from lists that are read once in the background. */
@Injectable()
export class ImageFilesService {
  private readonly laid = new KeptFew<ImageFiles>(mostImages);

  constructor(
    private readonly images: ImageRepository,
    private readonly facts: ImageFacts,
    private readonly registry: RegistryReader,
    private readonly reader: LayerReader,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
  ) {}

  async layers(principal: Principal, projectId: string, digest: string, manifest?: string): Promise<Layers> {
    const opened = await this.open(principal, projectId, digest, manifest);
    const { project } = opened;
    const repository = projectRepository(project.organizationSlug, project.slug);
    const client = this.registry.clientFor(project);
    const [makers, previous] = await Promise.all([
      readLayerMakers(client, repository, opened.manifest),
      this.previousLayers(opened),
    ]);
    return presentLayers({ ...opened, makers, previous });
  }

  /** @throws {ApiProblem} `not_found` for a folder that is not there, `unavailable` while layers are read. */
  async list(principal: Principal, projectId: string, digest: string, query: FilesQuery): Promise<Page<FileRow>> {
    const { manifest, files, known } = await this.open(principal, projectId, digest, query.manifest);
    if (files === null) throw notYet(known);
    const root = query.layer === undefined ? files.root : found(files.layers[query.layer]);
    const rows =
      query.search === undefined || query.search === ''
        ? found(listFolder(root, query.path))
        : searchFiles(root, query.search, mostFound);
    const { layer, path, search } = query;
    const list = `files ${manifest.stored.digest} ${layer ?? '*'} ${search ?? ''} ${path}`;
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
    const repository = projectRepository(project.organizationSlug, project.slug);
    const client = this.registry.clientFor(project);
    const { manifests } = await readImageTree(client, repository, parseDigest(digest));
    const manifest = found(manifestOf(manifests, wanted));
    const known = await this.reader.look(projectId, manifest.document.layers, client, repository);
    return { project, image, manifest, known, files: await this.lay(projectId, manifest, known) };
  }

  /** Null unless every layer is listed: what one changes depends on all below it. */
  private async lay(
    projectId: string,
    manifest: TreeManifest,
    known: readonly KnownLayer[],
  ): Promise<ImageFiles | null> {
    const key = `${projectId} ${manifest.stored.digest}`;
    const kept = this.laid.get(key);
    if (kept !== undefined) return kept;
    const isListed = known.every((layer) => layer?.problem === null);
    const entries = known.reduce((sum, layer) => sum + (layer?.entries ?? 0), 0);
    if (!isListed || entries > mostEntries) return null;
    const listings = await this.reader.entries(projectId, manifest.document.layers);
    return listings && this.laid.keep(key, layFiles(listings));
  }

  /** Digests of the layers of the image before; null where there is none, or the registry has it no more. */
  private async previousLayers({ project, image, manifest }: Opened): Promise<ReadonlySet<string> | null> {
    const previous = await this.facts.previous(project.id, image.id);
    if (!previous) return null;
    const repository = projectRepository(project.organizationSlug, project.slug);
    try {
      const { manifests } = await readImageTree(this.registry.clientFor(project), repository, previous.digest);
      const same = manifests.find(({ entry }) => platformKey(entry) === platformKey(manifest.entry)) ?? manifests[0];
      return new Set(same?.document.layers.map((layer) => layer.digest));
    } catch (error) {
      if (isRegistryError(error)) return null;
      throw error;
    }
  }
}

function manifestOf(manifests: readonly TreeManifest[], wanted: string | undefined): TreeManifest | undefined {
  if (wanted !== undefined) return manifests.find(({ stored }) => stored.digest === wanted);
  return manifests.find(({ entry }) => entry?.platform?.os !== 'unknown') ?? manifests[0];
}

function platformKey(entry: Descriptor | undefined): string {
  return entry?.platform ? `${entry.platform.os}/${entry.platform.architecture}/${entry.platform.variant ?? ''}` : '';
}

function notYet(known: readonly KnownLayer[]): ApiProblem {
  if (known.some((layer) => layer !== undefined && layer.problem !== null))
    return new ApiProblem('conflict', {
      detail: 'A layer of this image cannot be listed, so its files are not known.',
    });
  return new ApiProblem('unavailable', { detail: 'The layers are being read.', retryAfterSeconds: 1 });
}
