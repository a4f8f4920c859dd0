import type { Image, ImageManifest } from '@cooperage/contracts';
import { type Digest, isDigest, type RepositoryName } from '@cooperage/domain';
import {
  type Descriptor,
  defaultImageLimits,
  inParallel,
  joinHistory,
  parseImageConfig,
  platformName,
  type RegistryClient,
  readImageTree,
  type TreeManifest,
} from '@cooperage/oci';

type ImageContent = Pick<Image, 'index' | 'manifests' | 'referrers'>;

const parallelReads = 4;
const predicateAnnotation = 'dev.sigstore.bundle.predicateType';
const attestedAnnotation = 'vnd.docker.reference.digest';

/**
 * What the registry holds of an image: index, manifests, configs, layers, referrers.
 * @throws {RegistryError} `not_found`, `unavailable`; `invalid` for images beyond the limits (S-044).
 */
export async function readImageContent(
  client: RegistryClient,
  repository: RepositoryName,
  digest: Digest,
): Promise<ImageContent> {
  const [tree, referrers] = await Promise.all([
    readImageTree(client, repository, digest),
    client.referrers.list(repository, digest),
  ]);
  const manifests = await inParallel(tree.manifests, parallelReads, (manifest) =>
    readManifest(client, repository, manifest),
  );
  const { root, rootDocument } = tree;
  const descriptor = { mediaType: root.mediaType, digest: root.digest, sizeBytes: root.size };
  const index = rootDocument.kind === 'index' ? { descriptor, annotations: { ...rootDocument.annotations } } : null;
  return { index, manifests, referrers: referrers.map(presentReferrer) };
}

async function readManifest(
  client: RegistryClient,
  repository: RepositoryName,
  { stored, document, entry }: TreeManifest,
): Promise<ImageManifest> {
  const maxBytes = defaultImageLimits.configBytes;
  const config = parseImageConfig(await client.blobs.read(repository, document.config.digest, { maxBytes }));
  const { layers, history } = joinHistory(document, config);
  const descriptors = document.layers.map(presentDescriptor);
  const attests = entry?.annotations?.[attestedAnnotation];
  return {
    descriptor: { mediaType: stored.mediaType, digest: stored.digest, sizeBytes: stored.size },
    platform: attests === undefined ? platformName(entry?.platform ?? config.platform) : null,
    attests: attests !== undefined && isDigest(attests) ? attests : null,
    annotations: { ...document.annotations },
    config: presentDescriptor(document.config),
    labels: { ...config.labels },
    environment: [...config.env],
    entrypoint: [...config.entrypoint],
    command: [...config.cmd],
    workingDirectory: config.workingDir ?? '',
    user: config.user ?? '',
    layers: layers.map(({ historyIndex }, at) => ({
      ...descriptors[at]!,
      createdBy: historyIndex === undefined ? null : (history[historyIndex]?.createdBy ?? null),
    })),
    history: history.map((step) => ({
      createdBy: step.createdBy ?? '',
      createdAt: step.created ?? null,
      comment: step.comment ?? null,
      empty: step.emptyLayer,
      layer: step.layerIndex === undefined ? null : (descriptors[step.layerIndex] ?? null),
    })),
  };
}

/** What made each layer, by the image's config; null where it does not say. */
export async function readLayerMakers(
  client: RegistryClient,
  repository: RepositoryName,
  { document }: TreeManifest,
): Promise<(string | null)[]> {
  const maxBytes = defaultImageLimits.configBytes;
  const config = parseImageConfig(await client.blobs.read(repository, document.config.digest, { maxBytes }));
  const { layers, history } = joinHistory(document, config);
  return layers.map(({ historyIndex }) =>
    historyIndex === undefined ? null : (history[historyIndex]?.createdBy ?? null),
  );
}

function presentDescriptor({ mediaType, digest, size }: Descriptor) {
  return { mediaType, digest, sizeBytes: size };
}

/** A fallback index that another client wrote says no predicate; the page then shows the artifact's type alone. */
function presentReferrer(referrer: Descriptor): Image['referrers'][number] {
  const predicateType = referrer.annotations?.[predicateAnnotation] ?? null;
  return { ...presentDescriptor(referrer), artifactType: referrer.artifactType ?? null, predicateType };
}
