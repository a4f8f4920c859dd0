import 'server-only';
import { comparisonSchema, layerComparisonSchema } from '@cooperage/contracts';
import { withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';
import type { ComparedPair } from '../model/compared-pair';

export function comparisonAddress(projectId: string, { a, b }: ComparedPair): string {
  return withQuery(`/projects/${projectId}/compare`, { a, b });
}

export function loadComparison(projectId: string, pair: ComparedPair) {
  return read(comparisonAddress(projectId, pair), comparisonSchema);
}

export function loadLayers(projectId: string, { a, b }: ComparedPair) {
  return read(withQuery(`/projects/${projectId}/compare/layers`, { a, b }), layerComparisonSchema);
}
