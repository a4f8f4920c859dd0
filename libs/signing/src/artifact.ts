import { type Digest, isDigest } from '@cooperage/domain';
import { type Descriptor, digestOf, mediaTypes, parseDescriptor } from '@cooperage/oci';
import { objectOf } from './format/statement.js';

export const artifactKinds = ['signature', 'provenance', 'legacy_signature', 'legacy_provenance'] as const;
export type ArtifactKind = (typeof artifactKinds)[number];

/** Where an artifact stands in the registry: among the referrers of its subject, or under a tag of cosign's older storage. */
export type ArtifactPlace =
  | { readonly as: 'referrer'; readonly descriptor: Descriptor }
  | { readonly as: 'tag'; readonly tag: string };

/**
 * One signed thing, down to its last byte. Signatures are never made twice alike, so an artifact is stored before it is
 * pushed and the stored bytes are what is pushed, however often.
 */
export interface SignedArtifact {
  readonly kind: ArtifactKind;
  /** Media type of the manifest. */
  readonly mediaType: string;
  readonly manifest: Uint8Array;
  /** What the manifest refers to: config and layers. */
  readonly blobs: readonly Uint8Array[];
  readonly place: ArtifactPlace;
}

/** An artifact as JSON, bytes in base64: for one database column. */
export interface StoredArtifactJson {
  readonly version: 1;
  readonly kind: ArtifactKind;
  readonly mediaType: string;
  readonly manifest: string;
  readonly blobs: readonly string[];
  readonly place: ArtifactPlace;
}

const tagPattern = /^sha256-[0-9a-f]{64}\.(?:sig|att)$/;

export function storeArtifact({ kind, mediaType, manifest, blobs, place }: SignedArtifact): StoredArtifactJson {
  return { version: 1, kind, mediaType, manifest: toBase64(manifest), blobs: blobs.map(toBase64), place };
}

/**
 * Reads a stored artifact back.
 * @throws {TypeError} when it is none, or when its bytes are not those that its descriptor and manifest name.
 */
export function restoreArtifact(stored: unknown): SignedArtifact {
  const json = objectOf(stored);
  const kind = artifactKinds.find((known) => known === json?.kind);
  if (json?.version !== 1 || !kind || json.mediaType !== mediaTypes.manifest || !Array.isArray(json.blobs))
    throw broken();
  const manifest = fromBase64(json.manifest);
  const artifact = {
    kind,
    mediaType: mediaTypes.manifest,
    manifest,
    blobs: json.blobs.map(fromBase64),
    place: readPlace(objectOf(json.place), digestOf(manifest)),
  };
  const missing = digestsIn(manifest).filter((digest) => !artifact.blobs.some((blob) => digestOf(blob) === digest));
  if (missing.length > 0) throw broken();
  return artifact;
}

function readPlace(place: Readonly<Record<string, unknown>> | null, manifest: Digest): ArtifactPlace {
  if (place?.as === 'tag' && typeof place.tag === 'string' && tagPattern.test(place.tag))
    return { as: 'tag', tag: place.tag };
  if (place?.as !== 'referrer') throw broken();
  const descriptor = parseDescriptor(place.descriptor, 'a stored artifact');
  if (descriptor.digest !== manifest) throw broken();
  return { as: 'referrer', descriptor };
}

function digestsIn(manifest: Uint8Array): Digest[] {
  const json = objectOf(JSON.parse(Buffer.from(manifest).toString('utf8')));
  const layers = Array.isArray(json?.layers) ? json.layers : [];
  const digests = [json?.config, ...layers].map((descriptor) => objectOf(descriptor)?.digest);
  return digests.filter((digest): digest is Digest => typeof digest === 'string' && isDigest(digest));
}

function broken(): TypeError {
  return new TypeError('not a stored artifact');
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64');
}

function fromBase64(value: unknown): Buffer {
  if (typeof value !== 'string') throw broken();
  return Buffer.from(value, 'base64');
}
