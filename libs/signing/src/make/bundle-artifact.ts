import { type Descriptor, digestOf, mediaTypes } from '@cooperage/oci';
import type { ArtifactKind, SignedArtifact } from '../artifact.js';
import type { DsseEnvelope } from '../format/dsse.js';
import { annotationKeys, bundleType } from '../format/media-types.js';

export interface BundleInput {
  readonly kind: ArtifactKind;
  readonly subject: Descriptor;
  readonly envelope: DsseEnvelope;
  readonly predicateType: string;
  /** How the bundle names its key, see `PublicKey.hint`. */
  readonly hint: string;
  readonly signedAt: Date;
}

const emptyConfig = Buffer.from('{}');

/** A sigstore bundle v0.3 as a referrer of its subject, laid out as cosign 3 does. */
export function bundleArtifact({
  kind,
  subject,
  envelope,
  predicateType,
  hint,
  signedAt,
}: BundleInput): SignedArtifact {
  const bundle = Buffer.from(
    JSON.stringify({
      mediaType: bundleType,
      verificationMaterial: { publicKey: { hint } },
      dsseEnvelope: envelope,
    }),
  );
  const annotations = {
    [annotationKeys.bundleContent]: 'dsse-envelope',
    [annotationKeys.bundlePredicateType]: predicateType,
    [annotationKeys.created]: signedAt.toISOString().replace(/\.\d+/, ''),
  };
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: bundleType,
      config: { mediaType: mediaTypes.empty, size: emptyConfig.length, digest: digestOf(emptyConfig) },
      layers: [{ mediaType: bundleType, size: bundle.length, digest: digestOf(bundle) }],
      subject: { mediaType: subject.mediaType, size: subject.size, digest: subject.digest },
      annotations,
    }),
  );
  const described = { mediaType: mediaTypes.manifest, size: manifest.length, digest: digestOf(manifest) };
  return {
    kind,
    mediaType: mediaTypes.manifest,
    manifest,
    blobs: [emptyConfig, bundle],
    place: { as: 'referrer', descriptor: { ...described, artifactType: bundleType, annotations } },
  };
}
