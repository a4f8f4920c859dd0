import 'server-only';
import { buildSummarySchema } from '@cooperage/contracts';
import { type BuildStatus, buildStatuses } from '@cooperage/domain/predicates';
import { one, oneOf, type PageQuery } from '@/lib/address/query';
import { readPage, withQuery } from '@/lib/api/list';

export interface BuildFilter {
  readonly project?: string;
  readonly status?: BuildStatus | null;
  readonly ref?: string | null;
  readonly commit?: string | null;
  readonly cursor?: string | null;
  readonly limit?: number;
}

/** Address below `/api/v1` of a list of builds. */
export function buildsAddress(filter: BuildFilter): string {
  return withQuery('/builds', { ...filter });
}

export function loadBuilds(filter: BuildFilter) {
  return readPage(buildsAddress(filter), buildSummarySchema);
}

/** The filter that the address of a page carries. */
export function filterOf(query: PageQuery): Pick<BuildFilter, 'status' | 'ref' | 'commit' | 'cursor'> {
  return {
    status: oneOf(query, 'status', buildStatuses),
    ref: one(query, 'ref'),
    commit: one(query, 'commit'),
    cursor: one(query, 'cursor'),
  };
}
