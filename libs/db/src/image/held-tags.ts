import type { HeldTag } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Those of the tags that point to an image, or that are kept for the protected ref of one that was deleted. */
export async function heldTags(
  db: Queryable,
  projectId: string,
  tags: readonly string[],
): Promise<ReadonlyMap<string, HeldTag>> {
  if (tags.length === 0) return new Map();
  const rows = await db.$queryRaw<(HeldTag & { tag: string })[]>`
    SELECT t.tag, t.zone, t.owner, b.ref, b.commit FROM image_tag t LEFT JOIN build b ON b.id = t.build_id
    WHERE t.project_id = ${projectId}::uuid AND t.tag = ANY (${[...tags]})
    UNION ALL
    SELECT tag, 'protected', owner, ref, commit FROM kept_tag
    WHERE project_id = ${projectId}::uuid AND tag = ANY (${[...tags]})`;
  return new Map(rows.map(({ tag, ...held }) => [tag, held]));
}

/**
 * `otherOwner` for the gate, which decides what evaluation foresaw: whether the tag in the row `held` belongs to another ref or commit
 * than that of the build in `moved`.
 * @param wanted what the tag names by the build's template
 */
export function ofOtherOwner(
  held: {
    readonly zone: Prisma.Sql;
    readonly owner: Prisma.Sql;
    readonly ref: Prisma.Sql;
    readonly commit: Prisma.Sql;
  },
  wanted: Prisma.Sql,
): Prisma.Sql {
  return Prisma.sql`(${held.owner} IS DISTINCT FROM ${wanted} AND CASE
    WHEN ${wanted} !~ '^refs/' THEN ${held.commit} IS DISTINCT FROM ${wanted}
    WHEN ${held.owner} !~ '^refs/' THEN ${wanted} IS NOT NULL OR ${held.owner} IS DISTINCT FROM (SELECT commit FROM moved)
    ELSE ${held.zone} = 'protected' AND ${held.ref} IS DISTINCT FROM (SELECT ref FROM moved) END)`;
}
