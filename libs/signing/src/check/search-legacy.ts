import type { Digest } from '@cooperage/domain';
import type { Descriptor } from '@cooperage/oci';
import { attestationTag, signatureTag } from '../format/legacy-tags.js';
import { annotationKeys, dsseEnvelopeType, simpleSigningType } from '../format/media-types.js';
import { judgeEnvelope, judgeSimpleSigning, type TrustedSimpleSigning } from './judge-legacy.js';
import { type Judgement, refuse, type TrustedStatement } from './judgement.js';
import { openUntil, orNull } from './search.js';
import { manifestOf, maxBundleBytes, type SearchContext } from './search-referrers.js';

/** One layer under a tag of cosign's older storage. */
export interface OpenedLayer<Value> {
  readonly layer: Digest;
  readonly judgement: Judgement<Value>;
}

export function searchSignatureTag(
  context: SearchContext,
  isEnough: (opened: readonly OpenedLayer<TrustedSimpleSigning>[]) => boolean,
): Promise<OpenedLayer<TrustedSimpleSigning>[]> {
  const judge = (bytes: Uint8Array, layer: Descriptor) =>
    judgeSimpleSigning(bytes, layer.annotations?.[annotationKeys.legacySignature], context.keys);
  return searchTag(context, signatureTag(context.digest), simpleSigningType, judge, isEnough);
}

export function searchAttestationTag(
  context: SearchContext,
  isEnough: (opened: readonly OpenedLayer<TrustedStatement>[]) => boolean,
): Promise<OpenedLayer<TrustedStatement>[]> {
  const judge = (bytes: Uint8Array) => judgeEnvelope(bytes, context.keys);
  return searchTag(context, attestationTag(context.digest), dsseEnvelopeType, judge, isEnough);
}

async function searchTag<Value>(
  { client, repository, options }: SearchContext,
  tag: string,
  layerType: string,
  judge: (bytes: Uint8Array, layer: Descriptor) => Judgement<Value>,
  isEnough: (opened: readonly OpenedLayer<Value>[]) => boolean,
): Promise<OpenedLayer<Value>[]> {
  const stored = await orNull(client.manifests.find(repository, tag, options));
  const layers = stored ? (manifestOf(stored.bytes, stored.mediaType)?.layers ?? []) : [];
  // New ones are appended, so the last is the likeliest.
  const candidates = layers.filter((layer) => layer.mediaType === layerType).reverse();
  const open = async (layer: Descriptor): Promise<OpenedLayer<Value>> => {
    if (layer.size > maxBundleBytes) return { layer: layer.digest, judgement: refuse('too_large') };
    const bytes = await orNull(client.blobs.read(repository, layer.digest, { ...options, maxBytes: maxBundleBytes }));
    return { layer: layer.digest, judgement: bytes ? judge(bytes, layer) : refuse('unreadable') };
  };
  return openUntil(candidates, open, isEnough);
}
