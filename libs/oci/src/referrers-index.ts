import type { Digest } from '@cooperage/domain';
import { type Descriptor, parseDescriptor } from './document/descriptor.js';
import { defaultImageLimits } from './document/image-limits.js';
import { isObject, parseJson } from './document/json-shape.js';
import { mediaTypes } from './media-types.js';
import { invalidAnswer } from './registry-error.js';

/** The tag under which a registry without a referrers API keeps them (OCI distribution specification 1.1). */
export function referrersTag(subject: Digest): string {
  return subject.replace(':', '-');
}

/**
 * Descriptors of a stored fallback index, each exactly as it was written, so that a stranger's entry survives our
 * rewriting. Entries that are no descriptors are left out; bytes that are no index hold none.
 */
export function readReferrersIndex(bytes: Uint8Array): Descriptor[] {
  let json: unknown;
  try {
    json = parseJson(bytes, 'the referrers index');
  } catch {
    return [];
  }
  const entries = isObject(json) && Array.isArray(json.manifests) ? json.manifests : [];
  return entries.filter(isDescriptor);
}

/**
 * Ours and those that others put: ours first, each part ordered by digest, an entry of ours instead of another one with
 * the same digest. The same set makes the same bytes, whatever the order in which it came together.
 */
export function mergeReferrers(known: readonly Descriptor[], found: readonly Descriptor[]): Descriptor[] {
  const ours = byDigest(known);
  const knownDigests = new Set(ours.map((descriptor) => descriptor.digest));
  return [...ours, ...byDigest(found.filter((descriptor) => !knownDigests.has(descriptor.digest)))];
}

/** @throws {RegistryError} `invalid` with code `TOO_LARGE` when the index would exceed what registries take. */
export function referrersIndexBytes(descriptors: readonly Descriptor[]): Uint8Array {
  const index = { schemaVersion: 2, mediaType: mediaTypes.index, manifests: descriptors };
  const bytes = Buffer.from(JSON.stringify(index));
  if (bytes.length > defaultImageLimits.manifestBytes)
    throw invalidAnswer('the referrers of this image do not fit into one index', 'TOO_LARGE');
  return bytes;
}

function byDigest(descriptors: readonly Descriptor[]): Descriptor[] {
  const unique = new Map(descriptors.map((descriptor) => [descriptor.digest, descriptor]));
  return [...unique.values()].sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

function isDescriptor(value: unknown): value is Descriptor {
  try {
    parseDescriptor(value, 'a referrer');
    return true;
  } catch {
    return false;
  }
}
