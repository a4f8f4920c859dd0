import type { Queryable } from '../database.js';

export interface VerdictRecord {
  readonly ruleId: string | null;
  readonly ruleName: string;
  readonly matched: boolean;
  readonly reason: string;
  /** Ends with `…` where it is cut. */
  readonly explanation: string;
  readonly tags: readonly string[];
  /** Tags behind these. */
  readonly tagsLeftOut: number;
  readonly buildId: string | null;
  readonly buildNumber: number | null;
}

export interface ShownVerdicts {
  /** In the order of the rules. */
  readonly verdicts: readonly VerdictRecord[];
  /** Verdicts that are not among these. Those that started a build are left out last. */
  readonly verdictsLeftOut: number;
}

/** How much of the verdicts of one delivery is read. */
export interface VerdictBounds {
  readonly verdicts: number;
  /** Characters. */
  readonly explanation: number;
  readonly tags: number;
}

interface Row extends Omit<VerdictRecord, 'tagsLeftOut'> {
  readonly deliveryId: string;
  readonly tagCount: number;
  readonly verdictCount: number;
}

/** A line of a list. A hundred rules may have explained themselves in 5 KB each, and a list has a hundred lines. */
export const listedVerdicts: VerdictBounds = { verdicts: 10, explanation: 400, tags: 5 };
/** A page of its own: all that a project's hundred rules say of one push, in texts longer than theirs are. */
export const allVerdicts: VerdictBounds = { verdicts: 100, explanation: 8_000, tags: 20 };
const longestName = 200;

/** @returns what is shown of the verdicts, by delivery */
export async function shownVerdicts(
  db: Queryable,
  deliveryIds: readonly string[],
  bounds: VerdictBounds,
): Promise<ReadonlyMap<string, ShownVerdicts>> {
  const { verdicts, explanation, tags } = bounds;
  const rows = await db.$queryRaw<Row[]>`
    SELECT asked.id::text AS "deliveryId", shown.rule_id::text AS "ruleId", left(shown.rule_name, ${longestName}::int) AS "ruleName",
      shown.matched, shown.reason, left(shown.explanation, ${explanation + 1}::int) AS explanation,
      shown.tags[1:${tags}::int] AS tags, cardinality(shown.tags) AS "tagCount", shown.build_id::text AS "buildId",
      b.number AS "buildNumber", shown.verdict_count::int AS "verdictCount"
    FROM unnest(${[...deliveryIds]}::uuid[]) AS asked (id)
    CROSS JOIN LATERAL (
      SELECT v.*, count(*) OVER () AS verdict_count FROM verdict v WHERE v.delivery_id = asked.id
      ORDER BY v.build_id IS NULL, v.id LIMIT ${verdicts}) shown
    LEFT JOIN build b ON b.id = shown.build_id
    ORDER BY shown.id`;
  const byDelivery = new Map<string, ShownVerdicts>();
  for (const { deliveryId, tagCount, verdictCount, ...row } of rows) {
    const others = byDelivery.get(deliveryId)?.verdicts ?? [];
    const shown = { ...row, explanation: cut(row.explanation, explanation), tagsLeftOut: tagCount - row.tags.length };
    byDelivery.set(deliveryId, {
      verdicts: [...others, shown],
      verdictsLeftOut: verdictCount - others.length - 1,
    });
  }
  return byDelivery;
}

function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length > most ? `${characters.slice(0, most).join('')}…` : text;
}
