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
  const asked = { q: one(query, 'step'), sort: oneOf(query, 'by', ['size', 'used']), cursor: one(query, 'steps') };
  return read(withQuery(`/projects/${projectId}/cache/entries/${entry}/records`, asked), cacheRecordsSchema);
}

export function loadOrganizationCache(organizationId: string) {
  return read(`/organizations/${encodeURIComponent(organizationId)}/cache`, organizationCacheSchema);
}

export function loadCacheResets(projectId: string, query: PageQuery) {
  const asked = { limit: 5, cursor: one(query, 'resets') };
  return readPage(withQuery(`/projects/${projectId}/cache/resets`, asked), cacheResetSchema);
}

export function loadCacheEvictions(projectId: string, query: PageQuery) {
  const asked = { limit: 20, cursor: one(query, 'evictions') };
  return readPage(withQuery(`/projects/${projectId}/cache/evictions`, asked), cacheEvictionSchema);
}
