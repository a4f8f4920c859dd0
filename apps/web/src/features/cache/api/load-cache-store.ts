import 'server-only';
import { cacheEntrySchema, cacheEvictionSchema, cacheResetSchema } from '@cooperage/contracts';
import { zones } from '@cooperage/domain/predicates';
import { one, oneOf, type PageQuery } from '@/lib/address/query';
import { readPage, withQuery } from '@/lib/api/list';

/** What of the entries a page asks for. */
function entriesQuery(query: PageQuery) {
  return {
    zone: oneOf(query, 'zone', zones),
    q: one(query, 'q'),
    sort: oneOf(query, 'sort', ['size', 'used']),
    cursor: one(query, 'cursor'),
  };
}

export function loadCacheEntries(projectId: string, query: PageQuery) {
  const address = withQuery(`/projects/${projectId}/cache/entries`, { ...entriesQuery(query), limit: 25 });
  return readPage(address, cacheEntrySchema);
}

export function loadCacheResets(projectId: string) {
  return readPage(`/projects/${projectId}/cache/resets`, cacheResetSchema);
}

export function loadCacheEvictions(projectId: string) {
  return readPage(withQuery(`/projects/${projectId}/cache/evictions`, { limit: 20 }), cacheEvictionSchema);
}
