import 'server-only';
import { cachePrunePreviewSchema, cachePruneSchema } from '@cooperage/contracts';
import { zones } from '@cooperage/domain/predicates';
import { one, oneOf, type PageQuery } from '@/lib/address/query';
import { readPage, withQuery } from '@/lib/api/list';
import { read } from '@/lib/api/server';

/** The rule that a page's address asks to look at; null where it says nothing yet. */
export function pruneRuleOf(query: PageQuery) {
  const [zone, q, days] = [oneOf(query, 'pruneZone', zones), one(query, 'pruneRef')?.trim(), one(query, 'pruneDays')];
  const unusedDays = days === null ? null : Number(days);
  return zone === null && !q && unusedDays === null ? null : { zone, q: q ?? '', unusedDays };
}

/** Address below `/api/v1`. */
export function prunePreviewAddress(projectId: string, rule: NonNullable<ReturnType<typeof pruneRuleOf>>): string {
  return withQuery(`/projects/${projectId}/cache/prunes/preview`, rule);
}

/** Null where nothing is asked for. */
export async function loadPrunePreview(projectId: string, query: PageQuery) {
  const rule = pruneRuleOf(query);
  return one(query, 'prune') === null || rule === null
    ? null
    : read(prunePreviewAddress(projectId, rule), cachePrunePreviewSchema);
}

export function loadCachePrunes(projectId: string, query: PageQuery) {
  const asked = { limit: 5, cursor: one(query, 'prunes') };
  return readPage(withQuery(`/projects/${projectId}/cache/prunes`, asked), cachePruneSchema);
}
