import { type ImageBlob, type ImageParts, inParallel, isRegistryError, readImageParts } from '@cooperage/oci';
import type { SearchContext } from './search-referrers.js';
import type { Check } from './verification.js';

export interface ContentChecks {
  readonly checks: readonly [Check, Check];
  readonly isGone: boolean;
}

const parallelHeads = 16;
const mostNamed = 20;

/** The bytes of index and manifests are hashed anew; configs and layers are asked for, with their sizes. */
export async function checkContent(context: SearchContext): Promise<ContentChecks> {
  const parts = await readParts(context);
  if ('problem' in parts)
    return { checks: [digestCheck(context, parts.problem), unreadContent()], isGone: parts.isGone };
  const { blobs } = parts;
  const sizes = await inParallel(blobs, parallelHeads, (blob) =>
    context.client.blobs.size(context.repository, blob.digest, context.options),
  );
  const wrong = blobs.filter((blob, index) => sizes[index] !== blob.size);
  return { checks: [digestCheck(context, null), contentCheck(parts, wrong)], isGone: false };
}

async function readParts(
  context: SearchContext,
): Promise<ImageParts | { readonly problem: string; readonly isGone: boolean }> {
  const { client, repository, digest, options } = context;
  try {
    return await readImageParts(client, repository, digest, options);
  } catch (error) {
    if (!isRegistryError(error) || error.kind === 'unavailable' || error.kind === 'denied') throw error;
    const isGone = error.kind === 'not_found' && (await client.manifests.head(repository, digest, options)) === null;
    const sentences: Partial<Record<string, string>> = { DIGEST_MISMATCH: 'other bytes under this digest' };
    return { problem: isGone ? 'nothing' : (sentences[error.code ?? ''] ?? error.message), isGone };
  }
}

function digestCheck({ repository, digest }: SearchContext, problem: string | null): Check {
  return {
    id: 'digest',
    title: 'The registry holds exactly these bytes',
    ok: problem === null,
    required: true,
    expected: digest,
    found: problem ?? digest,
    evidence: { repository },
  };
}

function contentCheck({ manifests, blobs }: ImageParts, wrong: readonly ImageBlob[]): Check {
  const bytes = blobs.reduce((sum, blob) => sum + blob.size, 0);
  return {
    id: 'content',
    title: 'Every layer and config is there',
    ok: wrong.length === 0,
    required: true,
    expected: `${blobs.length} blobs, ${bytes} bytes`,
    found: wrong.length === 0 ? 'all of them' : `missing or of another size: ${someOf(wrong)}`,
    evidence: { manifests: String(manifests.length), blobs: String(blobs.length), bytes: String(bytes) },
  };
}

/** An index may have a hundred thousand blobs, and what was found is stored. */
function someOf(blobs: readonly ImageBlob[]): string {
  const named = blobs.slice(0, mostNamed).map(({ digest }) => digest);
  return [...named, ...(blobs.length > mostNamed ? [`and ${blobs.length - mostNamed} more`] : [])].join(', ');
}

function unreadContent(): Check {
  return {
    id: 'content',
    title: 'Every layer and config is there',
    ok: false,
    required: true,
    expected: 'all blobs that the manifests name',
    found: 'the manifests could not be read',
    evidence: {},
  };
}
