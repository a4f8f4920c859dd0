import { type Descriptor, digestOf, mediaTypes } from '@cooperage/oci';
import type { ArtifactKind, SignedArtifact } from '../artifact.js';
import type { DsseEnvelope } from '../format/dsse.js';
import { attestationTag, signatureTag } from '../format/legacy-tags.js';
import { annotationKeys, dsseEnvelopeType, simpleSigningType } from '../format/media-types.js';
import { legacyManifest } from './legacy-manifest.js';

/** A signature under the tag `sha256-….sig`, which cosign 2 reads, and cosign 3 where it finds no bundle. */
export function legacySignatureArtifact(subject: Descriptor, payload: Uint8Array, signature: Buffer): SignedArtifact {
  const annotations = { [annotationKeys.legacySignature]: signature.toString('base64') };
  return taggedArtifact('legacy_signature', signatureTag(subject.digest), simpleSigningType, payload, annotations);
}

/** An attestation under the tag `sha256-….att`. */
export function legacyAttestationArtifact(
  subject: Descriptor,
  { payload, payloadType, signatures }: DsseEnvelope,
  predicateType: string,
): SignedArtifact {
  // cosign 2 wants the member `keyid` to be there.
  const envelope = { payloadType, payload, signatures: signatures.map(({ sig }) => ({ keyid: '', sig })) };
  const annotations = { [annotationKeys.legacySignature]: '', [annotationKeys.legacyPredicateType]: predicateType };
  const blob = Buffer.from(JSON.stringify(envelope));
  return taggedArtifact('legacy_provenance', attestationTag(subject.digest), dsseEnvelopeType, blob, annotations);
}

function taggedArtifact(
  kind: ArtifactKind,
  tag: string,
  layerType: string,
  blob: Uint8Array,
  annotations: Readonly<Record<string, string>>,
): SignedArtifact {
  const layer = { mediaType: layerType, size: blob.length, digest: digestOf(blob), annotations };
  const { manifest, config } = legacyManifest([layer]);
  return { kind, mediaType: mediaTypes.manifest, manifest, blobs: [config, blob], place: { as: 'tag', tag } };
}
