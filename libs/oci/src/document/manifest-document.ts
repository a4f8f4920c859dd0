import { isIndexType, isManifestType } from '../media-types.js';
import { invalidAnswer } from '../registry-error.js';
import { type Descriptor, parseDescriptor } from './descriptor.js';
import { defaultImageLimits, type ImageLimits } from './image-limits.js';
import { arrayOf, countJson, type JsonObject, objectOf, optionalString, parseJson, stringMapOf } from './json-shape.js';

interface Common {
  readonly mediaType: string;
  readonly annotations: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  readonly subject?: Descriptor;
}

export interface ImageManifest extends Common {
  readonly kind: 'manifest';
  readonly config: Descriptor;
  readonly layers: readonly Descriptor[];
}

export interface ImageIndex extends Common {
  readonly kind: 'index';
  readonly manifests: readonly Descriptor[];
}

export type ManifestDocument = ImageManifest | ImageIndex;

/**
 * Reads an image manifest or index (OCI image specification 1.1, Docker schema 2).
 * @param mediaType what the registry or the parent descriptor says the bytes are; the document must say the same, since
 * a document that is read in two ways is an attack (CVE-2021-41190).
 * @throws {RegistryError} `invalid`.
 */
export function parseManifestDocument(
  bytes: Uint8Array,
  mediaType: string,
  limits: ImageLimits = defaultImageLimits,
): ManifestDocument {
  if (bytes.length > limits.manifestBytes)
    throw invalidAnswer(`the manifest is larger than ${limits.manifestBytes} bytes`, 'TOO_LARGE');
  countJson(bytes, 'the manifest', limits);
  const json = objectOf(parseJson(bytes, 'the manifest'), 'the manifest');
  const said = optionalString(json.mediaType, 'the mediaType of the manifest') ?? mediaType;
  if (said !== mediaType) throw invalidAnswer('the manifest says another media type than the registry');
  if (isManifestType(mediaType)) return parseManifest(json, mediaType, limits);
  if (isIndexType(mediaType)) return parseIndex(json, mediaType, limits);
  throw invalidAnswer('the manifest is of an unknown media type', 'UNSUPPORTED');
}

function parseManifest(json: JsonObject, mediaType: string, limits: ImageLimits): ImageManifest {
  if (json.manifests !== undefined) throw invalidAnswer('the manifest is an index as well');
  const layers = arrayOf(json.layers, limits.layers, 'the list of layers');
  return {
    kind: 'manifest',
    ...common(json, mediaType, limits),
    config: parseDescriptor(json.config, 'the config'),
    layers: layers.map((layer, index) => parseDescriptor(layer, `layer ${index + 1}`)),
  };
}

function parseIndex(json: JsonObject, mediaType: string, limits: ImageLimits): ImageIndex {
  if (json.layers !== undefined || json.config !== undefined) throw invalidAnswer('the index is a manifest as well');
  const manifests = arrayOf(json.manifests, limits.platforms, 'the list of manifests');
  return {
    kind: 'index',
    ...common(json, mediaType, limits),
    manifests: manifests.map((manifest, index) => parseDescriptor(manifest, `manifest ${index + 1}`)),
  };
}

function common(json: JsonObject, mediaType: string, limits: ImageLimits): Common {
  const artifactType = optionalString(json.artifactType, 'the artifactType of the manifest');
  return {
    mediaType,
    annotations: stringMapOf(json.annotations, limits.labels, 'annotations'),
    ...(artifactType && { artifactType }),
    ...(json.subject ? { subject: parseDescriptor(json.subject, 'the subject') } : {}),
  };
}
