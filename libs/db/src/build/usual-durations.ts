import type { Queryable } from '../database.js';

interface RuleKey {
  readonly projectId: string;
  readonly ruleId: string | null;
}

/** Median milliseconds by project and rule. */
export type UsualDurations = ReadonlyMap<string, number>;

/** So many of the newest green builds of a rule are looked at; fewer than `fewest` say nothing. */
const newest = 20;
const fewest = 3;

/** How long builds usually take: one descent of the index of green builds for each distinct rule, in one query. */
export async function usualDurations(tx: Queryable, builds: readonly RuleKey[]): Promise<UsualDurations> {
  const wanted = new Map(builds.filter(({ ruleId }) => ruleId !== null).map((build) => [keyOf(build), build]));
  if (wanted.size === 0) return new Map();
  const projectIds = [...wanted.values()].map(({ projectId }) => projectId);
  const ruleIds = [...wanted.values()].map(({ ruleId }) => ruleId);
  const rows = await tx.$queryRaw<(RuleKey & { usualMs: number })[]>`
    SELECT w.project_id::text AS "projectId", w.rule_id::text AS "ruleId",
      percentile_cont(0.5) WITHIN GROUP (ORDER BY g.ms) AS "usualMs"
    FROM unnest(${projectIds}::uuid[], ${ruleIds}::uuid[]) AS w(project_id, rule_id)
    CROSS JOIN LATERAL (
      SELECT (extract(epoch FROM b.finished_at - b.started_at) * 1000)::float8 AS ms FROM build b
      WHERE b.project_id = w.project_id AND b.rule_id = w.rule_id AND b.status = 'succeeded'
      ORDER BY b.id DESC LIMIT ${newest}
    ) g
    GROUP BY w.project_id, w.rule_id HAVING count(*) >= ${fewest}`;
  return new Map(rows.map((row) => [keyOf(row), Math.round(row.usualMs)]));
}

export function usualOf(usual: UsualDurations, build: RuleKey): number | null {
  return usual.get(keyOf(build)) ?? null;
}

function keyOf({ projectId, ruleId }: RuleKey): string {
  return `${projectId} ${ruleId}`;
}
