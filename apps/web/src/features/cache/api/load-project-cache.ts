import 'server-only';
import { cacheMissesSchema, projectCacheSchema } from '@cooperage/contracts';
import { withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

/** Address below `/api/v1`. */
export function projectCacheAddress(projectId: string, days: number): string {
  return withQuery(`/projects/${projectId}/cache`, { days });
}

export function loadProjectCache(projectId: string, days: number) {
  return read(projectCacheAddress(projectId, days), projectCacheSchema);
}

export function loadCacheMisses(projectId: string, days: number) {
  return read(withQuery(`/projects/${projectId}/cache/misses`, { days }), cacheMissesSchema);
}
