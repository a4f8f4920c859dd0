import type { Image, ImageManifest } from '@cooperage/contracts';
import { type Digest, isDigest, type RepositoryName } from '@cooperage/domain';
import {
  type Descriptor,
  type ImageRoot,
  joinHistory,
  manifestsOf,
  platformName,
  type RegistryClient,
  readImageRoot,
  type TreeManifest,
} from '@cooperage/oci';
import type { ConfigView } from './config-view.js';
import type { ConfigViews } from './config-views.js';
import { copied, TextRoom } from './text-room.js';

export type ImageContent = Pick<Image, 'index' | 'manifests' | 'referrers'>;

/** Where an image is read, and with which views of configs. */
export interface ImageSource {
  readonly client: RegistryClient;
  readonly repository: RepositoryName;
  readonly configs: ConfigViews;
}

/** Characters of all manifests of one answer: of some ten thousand lines of a page. What does not fit is shown as descriptors. */
const mostCharacters = 1 << 20;
/** Bytes of all configs that are read for one answer. */
const mostConfigBytes = 32 << 20;
const annotationRoom = 32 * 1_024;
const mostAnnotations = 500;
const longestMediaType = 255;
const predicateAnnotation = 'dev.sigstore.bundle.predicateType';
const attestedAnnotation = 'vnd.docker.reference.digest';

/**
 * What the registry holds of an image: index, manifests, configs, layers, referrers. One manifest is read after the other, and
 * of each only what is shown is held. The caller holds a slot.
 * @throws {RegistryError} `not_found`, `unavailable`; `invalid` for images beyond the limits (S-044).
 */
export async function readImageContent(source: ImageSource, digest: Digest): Promise<ImageContent> {
  const { client, repository } = source;
  const root = await readImageRoot(client, repository, digest);
  const referrers = await client.referrers.list(repository, digest);
  const left = { characters: mostCharacters, configBytes: mostConfigBytes };
  const manifests: ImageManifest[] = [];
  for await (const manifest of manifestsOf(client, repository, root)) {
    const isRoom = left.characters > 0 && left.configBytes > 0;
    const view = isRoom ? await configOf(source, manifest) : null;
    left.configBytes -= view?.bytes ?? 0;
    const shown = view && presentManifest(manifest, view);
    left.characters -= JSON.stringify(shown ?? '').length;
    // The first one is bounded by itself. Behind one that does not fit even small ones are left out: the beginning is shown.
    const fits = manifests.length === 0 || left.characters >= 0;
    manifests.push(copied(shown && fits ? shown : presentDescriptorOnly(manifest, view)));
  }
  return { index: copied(presentIndex(root)), manifests, referrers: referrers.map(presentReferrer) };
}

function configOf({ client, repository, configs }: ImageSource, { document }: TreeManifest): Promise<ConfigView> {
  return configs.read(client, repository, document.config.digest);
}

function presentIndex({ root, rootDocument }: ImageRoot): Image['index'] {
  if (rootDocument.kind !== 'index') return null;
  const annotations = new TextRoom(annotationRoom).record(rootDocument.annotations, mostAnnotations);
  return { descriptor: { mediaType: root.mediaType, digest: root.digest, sizeBytes: root.size }, annotations };
}

type Heading = Pick<ImageManifest, 'descriptor' | 'platform' | 'attests' | 'config'>;

function presentHeading({ stored, document, entry }: TreeManifest, view: ConfigView | null): Heading {
  const attests = entry?.annotations?.[attestedAnnotation];
  const platform = entry?.platform ? platformName(entry.platform).slice(0, 256) : (view?.platform ?? null);
  return {
    descriptor: { mediaType: stored.mediaType, digest: stored.digest, sizeBytes: stored.size },
    platform: attests === undefined ? platform : null,
    attests: attests !== undefined && isDigest(attests) ? attests : null,
    config: presentDescriptor(document.config),
  };
}

function presentManifest(manifest: TreeManifest, view: ConfigView): ImageManifest {
  const { document } = manifest;
  const { layers, history } = joinHistory(document, { history: view.history, diffIds: [] });
  const descriptors = document.layers.map(presentDescriptor);
  const annotations = new TextRoom(annotationRoom);
  return {
    ...presentHeading(manifest, view),
    annotations: annotations.record(document.annotations, mostAnnotations),
    labels: { ...view.labels },
    environment: [...view.environment],
    entrypoint: [...view.entrypoint],
    command: [...view.command],
    workingDirectory: view.workingDirectory,
    user: view.user,
    layers: layers.map(({ historyIndex }, at) => ({ ...descriptors[at]!, createdBy: makerOf(history, historyIndex) })),
    history: history.map((step) => ({
      createdBy: step.createdBy ?? '',
      createdAt: step.created ?? null,
      comment: step.comment ?? null,
      empty: step.emptyLayer,
      layer: step.layerIndex === undefined ? null : (descriptors[step.layerIndex] ?? null),
    })),
    shown: view.isCut || annotations.isCut ? 'part' : 'whole',
  };
}

function presentDescriptorOnly(manifest: TreeManifest, view: ConfigView | null): ImageManifest {
  return {
    ...presentHeading(manifest, view),
    ...{ annotations: {}, labels: {}, environment: [], entrypoint: [], command: [] },
    ...{ workingDirectory: '', user: '', layers: [], history: [], shown: 'descriptor' },
  };
}

/** What made each layer, by the image's config; null where it does not say. */
export function layerMakers(manifest: Pick<TreeManifest['document'], 'layers'>, view: ConfigView): (string | null)[] {
  const { layers, history } = joinHistory(manifest, { history: view.history, diffIds: [] });
  return layers.map(({ historyIndex }) => makerOf(history, historyIndex));
}

function makerOf(history: readonly { readonly createdBy?: string }[], index: number | undefined): string | null {
  return index === undefined ? null : (history[index]?.createdBy ?? null);
}

function presentDescriptor(descriptor: Descriptor) {
  const { mediaType, digest, size: sizeBytes } = shortDescriptor(descriptor);
  return { mediaType, digest, sizeBytes };
}

/** Without annotations, and with a media type that is no longer than media types are (RFC 6838: 127 characters on each side). */
export function shortDescriptor({ mediaType, digest, size }: Descriptor): Descriptor {
  return { mediaType: mediaType.slice(0, longestMediaType), digest, size };
}

/** A fallback index that another client wrote says no predicate; the page then shows the artifact's type alone. */
function presentReferrer(referrer: Descriptor): Image['referrers'][number] {
  const predicateType = referrer.annotations?.[predicateAnnotation] ?? null;
  return { ...presentDescriptor(referrer), artifactType: referrer.artifactType ?? null, predicateType };
}
