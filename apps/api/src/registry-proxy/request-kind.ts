/**
 * What a request costs the registry.
 * - `list`: it makes the whole answer in its memory, several MB for a project with many tags.
 * - `document`: a manifest, or a few bytes. It holds the manifest in its memory, 4 MiB at most.
 * - `blob`: it streams, and holds little for as long as that takes.
 */
export type RequestKind = 'list' | 'document' | 'blob';

const name = '/v2/[a-z0-9._/-]+';
const blob = new RegExp(`^${name}/blobs/(?:[a-z0-9+._-]+:[0-9a-f]+|uploads/[A-Za-z0-9._=-]*)$`);
const document = new RegExp(`^(?:/v2/|${name}/manifests/[A-Za-z0-9_.:+-]+)$`);

/**
 * The registry decodes paths before it looks which they are. So a path in an unusual form counts as what costs most.
 * @param target of the request line
 * @returns null when it is no address of the registry's API
 */
export function requestKind(target: string): RequestKind | null {
  const [path = ''] = target.split('?', 1);
  if (!path.startsWith('/v2/')) return null;
  if (blob.test(path)) return 'blob';
  return document.test(path) ? 'document' : 'list';
}
