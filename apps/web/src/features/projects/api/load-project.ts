import 'server-only';
import { projectSchema, projectSummarySchema } from '@cooperage/contracts';
import { cache } from 'react';
import { decodeSegment } from '@/lib/address/paths';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

/** Segments of an address that names a project, as Next hands them over. */
export interface ProjectParams {
  readonly org: string;
  readonly project: string;
}

const lookup = cache((path: string) => read(withQuery('/lookup', { path }), projectSchema));

export function loadProject({ org, project }: ProjectParams) {
  return lookup(`${decodeSegment(org)}/${decodeSegment(project)}`);
}

export function loadProjects(query: { organization?: string; cursor?: string | null; limit?: number }) {
  return readPage(withQuery('/projects', query), projectSummarySchema);
}
