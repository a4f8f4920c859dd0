import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Most tags of a project. A registry answers a request for its tags with all of them at once. */
const mostTags = 50_000;
/** Most tags that people point to one image by hand. */
const mostTagsByHand = 1_000;
/** Tags that a warning names. */
const mostNamed = 20;

/** Why no new tag can be added by hand to an image; null where there is room for one more. */
export async function noRoomForTag(
  db: Queryable,
  projectId: string,
  digest: string,
  isNew: boolean,
): Promise<string | null> {
  const [count] = await db.$queryRaw<{ ofProject: number; byHand: number }[]>`
    SELECT (SELECT count(*)::int FROM (
        SELECT 1 FROM image_tag t WHERE t.project_id = ${projectId}::uuid LIMIT ${mostTags}) t) AS "ofProject",
      (SELECT count(*)::int FROM (
        SELECT 1 FROM image_tag t LEFT JOIN build b ON b.id = t.build_id
        WHERE t.project_id = ${projectId}::uuid AND t.digest = ${digest} AND NOT coalesce(t.tag = ANY (b.tags), false)
        LIMIT ${mostTagsByHand}) t) AS "byHand"`;
  const { ofProject, byHand } = count!;
  if (isNew && ofProject >= mostTags)
    return `The project has ${shown(mostTags)} tags, the most that it may have. Delete images that nobody needs, then try again.`;
  if (byHand >= mostTagsByHand)
    return `${shown(mostTagsByHand)} tags point to this image by hand, the most that it may have.`;
  return null;
}

/**
 * Those of some tags that the project does not have yet and has no room for: the first ones get what room there is.
 * @param projectId an expression for it
 */
export function tagsWithoutRoom(projectId: Prisma.Sql, tags: readonly string[]): Prisma.Sql {
  return Prisma.sql`
    SELECT w.tag, w.at FROM (
      SELECT w.tag, w.at, row_number() OVER (ORDER BY w.at) AS place FROM unnest(${[...tags]}::text[]) WITH ORDINALITY AS w(tag, at)
      WHERE NOT EXISTS (SELECT 1 FROM image_tag t WHERE t.project_id = ${projectId} AND t.tag = w.tag)
    ) w
    WHERE w.place > ${mostTags}::int - (
      SELECT count(*) FROM (SELECT 1 FROM image_tag t WHERE t.project_id = ${projectId} LIMIT ${mostTags}) t)`;
}

/** Adds a warning to the build's row `b` where some of its tags find no room: those are left out. */
export function warnOfTagsWithoutRoom(tags: readonly string[]): Prisma.Sql {
  const beginning = `The project has ${shown(mostTags)} tags, the most that it may have. Without these tags the build was published: `;
  return Prisma.sql`warnings = b.warnings || (
    SELECT CASE WHEN count(*) = 0 THEN '[]'::jsonb ELSE jsonb_build_array(jsonb_build_object(
      'rule', 'TagsLeftOut', 'url', NULL, 'file', NULL, 'line', NULL, 'message', ${beginning}
        || string_agg(l.tag, ', ' ORDER BY l.no) FILTER (WHERE l.no <= ${mostNamed})
        || CASE WHEN count(*) > ${mostNamed} THEN ' and ' || count(*) - ${mostNamed} || ' more' ELSE '' END
        || '. Delete images that nobody needs, then build again.')) END
    FROM (SELECT tag, row_number() OVER (ORDER BY at) AS no FROM (${tagsWithoutRoom(Prisma.sql`b.project_id`, tags)}) l) l)`;
}

function shown(count: number): string {
  return count.toLocaleString('en');
}
