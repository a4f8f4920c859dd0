import type { Digest, RepositoryName } from '@cooperage/domain';
import {
  type CallOptions,
  type Descriptor,
  type ImageManifest,
  parseManifestDocument,
  type RegistryClient,
} from '@cooperage/oci';
import { bundleTypePrefix } from '../format/media-types.js';
import { judgeBundle } from './judge-bundle.js';
import { type Judgement, refuse, type TrustedStatement } from './judgement.js';
import { openUntil, orNull } from './search.js';
import type { TrustedKeys } from './trusted-keys.js';

/** A referrer that holds, or claims to hold, a sigstore bundle. */
export interface OpenedBundle {
  /** Digest of its manifest. */
  readonly referrer: Digest;
  readonly judgement: Judgement<TrustedStatement>;
}

export interface ReferrerSearch {
  readonly bundles: readonly OpenedBundle[];
  /** Referrers of any kind that the registry lists. */
  readonly listed: number;
  /** Referrers that were not opened, since there are more than anyone should have to open. */
  readonly unopened: number;
}

export interface SearchContext {
  readonly client: RegistryClient;
  readonly repository: RepositoryName;
  readonly digest: Digest;
  readonly keys: TrustedKeys;
  readonly options: CallOptions;
}

/** A signature is a few kB, a provenance tens of them; a software bill of materials may be larger and is not needed here. */
export const maxBundleBytes = 4 << 20;
const maxOpened = 256;

export async function searchReferrers(
  context: SearchContext,
  first: readonly Digest[],
  isEnough: (bundles: readonly OpenedBundle[]) => boolean,
): Promise<ReferrerSearch> {
  const { client, repository, digest, options } = context;
  const listed = (await orNull(client.referrers.list(repository, digest, options))) ?? [];
  const candidates = [
    ...listed.filter((entry) => first.includes(entry.digest)),
    ...listed.filter((entry) => !first.includes(entry.digest)),
  ];
  const bundlesOf = (opened: readonly (OpenedBundle | null)[]) => opened.filter((bundle) => bundle !== null);
  const opened = await openUntil(
    candidates.slice(0, maxOpened),
    (referrer) => openReferrer(context, referrer),
    (soFar) => isEnough(bundlesOf(soFar)),
  );
  return { bundles: bundlesOf(opened), listed: listed.length, unopened: Math.max(0, listed.length - maxOpened) };
}

/** Null for referrers of another kind. What the list says of a referrer is not believed: writers differ there. */
async function openReferrer(context: SearchContext, referrer: Descriptor): Promise<OpenedBundle | null> {
  const { client, repository, options } = context;
  const stored = await orNull(client.manifests.get(repository, referrer.digest, options));
  if (!stored) return { referrer: referrer.digest, judgement: refuse('unreadable') };
  const manifest = manifestOf(stored.bytes, stored.mediaType);
  const layer = manifest?.layers[0];
  if (manifest?.layers.length !== 1 || !layer?.mediaType.startsWith(bundleTypePrefix)) return null;
  return { referrer: referrer.digest, judgement: await openBundle(context, layer) };
}

async function openBundle(context: SearchContext, layer: Descriptor): Promise<Judgement<TrustedStatement>> {
  if (layer.size > maxBundleBytes) return refuse('too_large');
  const read = context.client.blobs.read(context.repository, layer.digest, {
    ...context.options,
    maxBytes: maxBundleBytes,
  });
  const bytes = await orNull(read);
  return bytes ? judgeBundle(bytes, context.keys) : refuse('unreadable');
}

export function manifestOf(bytes: Uint8Array, mediaType: string): ImageManifest | null {
  try {
    const document = parseManifestDocument(bytes, mediaType);
    return document.kind === 'manifest' ? document : null;
  } catch {
    return null;
  }
}
