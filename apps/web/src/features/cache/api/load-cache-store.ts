import 'server-only';
import {
  cacheEntrySchema,
  cacheEvictionSchema,
  cacheRecordsSchema,
  cacheResetSchema,
  organizationCacheSchema,
} from '@cooperage/contracts';
import { zones } from '@cooperage/domain/predicates';
import { one, oneOf, type PageQuery } from '@/lib/address/query';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

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

/** Null where no cache was opened. */
export async function loadCacheRecords(projectId: string, query: PageQuery) {
  const entry = one(query, 'entry');
  if (entry === null || !/^[0-9a-f-]{36}$/.test(entry)) return null;
  const asked = { q: one(query, 'step'), sort: oneOf(query, 'by', ['size', 'used']) };
  return read(withQuery(`/projects/${projectId}/cache/entries/${entry}/records`, asked), cacheRecordsSchema);
}

export function loadOrganizationCache(organizationId: string) {
  return read(`/organizations/${encodeURIComponent(organizationId)}/cache`, organizationCacheSchema);
}

export function loadCacheResets(projectId: string) {
  return readPage(`/projects/${projectId}/cache/resets`, cacheResetSchema);
}

export function loadCacheEvictions(projectId: string) {
  return readPage(withQuery(`/projects/${projectId}/cache/evictions`, { limit: 20 }), cacheEvictionSchema);
}
