import type { Digest, RepositoryName } from '@cooperage/domain';
import type { Descriptor, Platform } from './document/descriptor.js';
import { type HistoryEntry, type ImageConfig, parseImageConfig } from './document/image-config.js';
import { defaultImageLimits, type ImageLimits } from './document/image-limits.js';
import type { ImageManifest } from './document/manifest-document.js';
import { manifestsOf, type ReadImageOptions, readImageRoot, type TreeManifest } from './image-tree.js';
import type { RegistryClient } from './registry-client.js';

export interface ImageLayer {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Compressed, in bytes. */
  readonly sizeBytes: number;
  /** Digest of the uncompressed layer; absent when the config does not say it. */
  readonly diffId?: string;
  /** Index into `history`; absent when the history does not account for this layer. */
  readonly historyIndex?: number;
}

export interface ImageHistoryStep extends HistoryEntry {
  /** Index into `layers`; absent for steps that made none. */
  readonly layerIndex?: number;
}

/** One platform of an image: its manifest, config, layers and history. */
export interface PlatformImage {
  readonly platform: Platform;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly config: ImageConfig & { readonly digest: Digest; readonly sizeBytes: number };
  readonly layers: readonly ImageLayer[];
  readonly history: readonly ImageHistoryStep[];
  /** Manifest, config and compressed layers, in bytes. */
  readonly totalBytes: number;
}

export interface Image {
  readonly digest: Digest;
  readonly mediaType: string;
  /** Annotations of the index, or of the single manifest. */
  readonly annotations: Readonly<Record<string, string>>;
  readonly isIndex: boolean;
  readonly platforms: readonly PlatformImage[];
  /** Entries of the index that are no platform, such as a builder's own attestations. */
  readonly otherEntries: readonly Descriptor[];
}

/**
 * Reads what a person wants to see of an image: index → manifests → configs → layers.
 * @param reference a tag or a digest.
 * @throws {RegistryError} `not_found`, `denied`, `unavailable`; `invalid` for images beyond the limits (S-044).
 */
export async function readImage(
  client: RegistryClient,
  repository: RepositoryName,
  reference: string,
  options: ReadImageOptions = {},
): Promise<Image> {
  const root = await readImageRoot(client, repository, reference, options);
  const platforms: PlatformImage[] = [];
  const otherEntries: Descriptor[] = [];
  for await (const manifest of manifestsOf(client, repository, root, options)) {
    if (isPlatform(manifest)) platforms.push(await readPlatform(client, repository, manifest, options));
    else if (manifest.entry) otherEntries.push(manifest.entry);
  }
  const { digest, mediaType } = root.root;
  const { annotations, kind } = root.rootDocument;
  return { digest, mediaType, annotations, isIndex: kind === 'index', platforms, otherEntries };
}

async function readPlatform(
  client: RegistryClient,
  repository: RepositoryName,
  { stored, document, entry }: TreeManifest,
  options: ReadImageOptions,
): Promise<PlatformImage> {
  const limits: ImageLimits = options.limits ?? defaultImageLimits;
  const { digest, size: sizeBytes } = document.config;
  const bytes = await client.blobs.read(repository, digest, { ...options, maxBytes: limits.configBytes });
  const config = parseImageConfig(bytes, limits);
  return {
    platform: entry?.platform ?? config.platform,
    digest: stored.digest,
    mediaType: stored.mediaType,
    annotations: document.annotations,
    config: { ...config, digest, sizeBytes },
    ...joinHistory(document, config),
    totalBytes: stored.size + sizeBytes + document.layers.reduce((sum, layer) => sum + layer.size, 0),
  };
}

/** The n-th step that is not empty made the n-th layer. A history with more or fewer such steps joins as far as it goes. */
export function joinHistory(
  manifest: Pick<ImageManifest, 'layers'>,
  config: Pick<ImageConfig, 'history' | 'diffIds'>,
): Pick<PlatformImage, 'layers' | 'history'> {
  const makers: number[] = [];
  const history = config.history.map((step, index) => {
    if (step.emptyLayer || makers.length >= manifest.layers.length) return step;
    makers.push(index);
    return { ...step, layerIndex: makers.length - 1 };
  });
  const layers = manifest.layers.map(({ digest, mediaType, size }, index) => ({
    digest,
    mediaType,
    sizeBytes: size,
    diffId: config.diffIds[index],
    historyIndex: makers[index],
  }));
  return { layers, history };
}

/** Builders list attestations beside platforms, as manifests of an `unknown` platform. */
function isPlatform({ entry }: TreeManifest): boolean {
  return entry?.platform?.os !== 'unknown' && entry?.annotations?.['vnd.docker.reference.type'] === undefined;
}
