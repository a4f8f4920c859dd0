import 'server-only';
import { overviewSchema, overviewScopes } from '@cooperage/contracts';
import { oneOf, type PageQuery } from '@/lib/address/query';
import { withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

/** Address below `/api/v1` of what the overview shows. */
export function overviewAddress(query: PageQuery): string {
  return withQuery('/overview', { scope: oneOf(query, 'scope', overviewScopes) });
}

export function loadOverview(query: PageQuery) {
  return read(overviewAddress(query), overviewSchema);
}
