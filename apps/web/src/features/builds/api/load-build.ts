import 'server-only';
import {
  buildCacheSchema,
  buildRelationsSchema,
  buildSchema,
  dockerfileChangeSchema,
  stepsSchema,
} from '@cooperage/contracts';
import { cache } from 'react';
import { withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

export const loadBuild = cache((projectId: string, number: number) =>
  read(`/projects/${projectId}/builds/by-number/${number}`, buildSchema),
);

export const loadSteps = cache((buildId: string, attempt: number) =>
  read(withQuery(`/builds/${buildId}/steps`, { attempt }), stepsSchema),
);

export const loadRelations = cache((buildId: string) => read(`/builds/${buildId}/relations`, buildRelationsSchema));

export const loadCache = cache((buildId: string) => read(`/builds/${buildId}/cache`, buildCacheSchema));

export function loadDockerfile(buildId: string, attempt: number) {
  return read(withQuery(`/builds/${buildId}/dockerfile/change`, { attempt }), dockerfileChangeSchema);
}
