/** A request to a registry (https://github.com/opencontainers/distribution-spec/blob/main/spec.md), as far as the gate looks. */
export interface GateAsk {
  readonly repository: string;
  readonly kind: 'manifests' | 'blobs' | 'tags';
  readonly isWrite: boolean;
  /** As it is passed on. */
  readonly path: string;
}

const methods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE']);

/** Null for what is no request of a push or a pull. */
export function parseAsk(method: string, target: string): GateAsk | 'ping' | null {
  const url = URL.parse(target, 'http://gate');
  if (!url || !methods.has(method)) return null;
  if (url.pathname === '/v2/') return 'ping';
  const match = /^\/v2\/([a-z0-9._/-]+)\/(manifests|blobs|tags)\/([^?#]+)$/.exec(url.pathname);
  if (!match || match[1]!.split('/').includes('..')) return null;
  const isWrite = method !== 'GET' && method !== 'HEAD';
  // A blob of another repository would be mounted with the rights of a token that has none there.
  const search = url.searchParams.has('from') ? '' : url.search;
  return { repository: match[1]!, kind: match[2] as GateAsk['kind'], isWrite, path: url.pathname + search };
}
