import 'server-only';
import { buildCountSchema, buildGroupSchema, buildSummarySchema, savedViewSchema } from '@cooperage/contracts';
import { cache } from 'react';
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

const buildsAt = cache((address: string) => readPage(address, buildSummarySchema));
const countAt = cache((address: string) => read(address, buildCountSchema));

export function loadBuilds(filter: BuildFilter) {
  return buildsAt(buildsAddress(filter));
}

/** The newest build of a project. */
export function loadNewest(projectId: string) {
  return loadBuilds({ project: projectId, limit: 1 });
}

/** A page of the list of builds. */
export function loadListed(filter: BuildFilter) {
  return loadBuilds({ ...filter, limit: 50 });
}

export function countBuilds({ project, filter }: BuildFilter) {
  return countAt(withQuery('/builds/count', { project, filter }));
}

export function loadBuildGroups({ project, filter }: BuildFilter, by: Grouping) {
  return readPage(withQuery('/builds/groups', { project, filter, by }), buildGroupSchema);
}

export const loadSavedViews = cache(() => readPage('/saved-views', savedViewSchema));
