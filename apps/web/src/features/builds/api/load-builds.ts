import 'server-only';
import { buildCountSchema, buildGroupSchema, buildSummarySchema, savedViewSchema } from '@cooperage/contracts';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';
import type { Grouping } from '../model/list-address';

export interface BuildFilter {
  /** Id of the only project. */
  readonly project?: string;
  /** The filter line. */
  readonly filter?: string;
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

export function countBuilds({ project, filter }: BuildFilter) {
  return read(withQuery('/builds/count', { project, filter }), buildCountSchema);
}

export function loadBuildGroups({ project, filter }: BuildFilter, by: Grouping) {
  return readPage(withQuery('/builds/groups', { project, filter, by }), buildGroupSchema);
}

export function loadSavedViews() {
  return readPage('/saved-views', savedViewSchema);
}
