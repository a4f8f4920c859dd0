import { warnedShare, type Zone } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Most tags of a project. A registry answers a request for its tags with all of them at once. */
const mostTags = 50_000;
/** Most of them outside the zone `protected`: who may push no more than a branch must not take the tags of releases. */
const mostUnprotected = 37_500;
/** Most tags that people point to one image by hand. */
const mostTagsByHand = 1_000;
/** Most tags of the zone `protected` that people point by hand: the rest of a project is left to builds of protected refs. */
const mostProtectedByHand = 5_000;
/** Tags that a warning names. */
const mostNamed = 20;

const whole = 'The project has';
const part = 'Branches and releases that are not protected have';

/** How many tags there are of how many. */
interface Use {
  readonly used: number;
  readonly limit: number;
}

/** What of its bounds a project uses. */
export interface TagUse {
  readonly all: Use;
  /** Tags outside the zone `protected`. */
  readonly unprotected: Use;
}

/** Counts no more tags than a project may have. */
export async function tagUseOf(db: Queryable, projectId: string): Promise<TagUse> {
  const [counted] = await db.$queryRaw<{ all: number; unprotected: number }[]>(counts(Prisma.sql`${projectId}::uuid`));
  return {
    all: { used: counted!.all, limit: mostTags },
    unprotected: { used: counted!.unprotected, limit: mostUnprotected },
  };
}

/**
 * Why no tag can be pointed by hand to an image of some zone; null where there is room for one more.
 * @param from the zone that the tag is of; null for a new one
 */
export async function noRoomForTag(
  db: Queryable,
  projectId: string,
  { digest, zone, from }: { readonly digest: string; readonly zone: Zone; readonly from: Zone | null },
): Promise<string | null> {
  const { all, unprotected } = await tagUseOf(db, projectId);
  const isNew = from === null;
  const next = 'Delete images that nobody needs, then try again.';
  if (isNew && all.used >= all.limit) return `${whole} ${shown(mostTags)} tags, the most that it may have. ${next}`;
  if (isNew && zone !== 'protected' && unprotected.used >= unprotected.limit)
    return `${part} ${shown(mostUnprotected)} tags of this project, the most that they may have. ${next}`;
  const ofImage = Prisma.sql`t.digest = ${digest}`;
  if ((await countByHand(db, projectId, ofImage, mostTagsByHand)) >= mostTagsByHand)
    return `${shown(mostTagsByHand)} tags point to this image by hand, the most that it may have.`;
  if (zone !== 'protected' || from === 'protected') return null;
  // A tag keeps its build. What has none is from before that was so, and says nothing of a hand.
  const ofProtected = Prisma.sql`t.zone = 'protected' AND b.id IS NOT NULL`;
  if ((await countByHand(db, projectId, ofProtected, mostProtectedByHand)) >= mostProtectedByHand)
    return (
      `${shown(mostProtectedByHand)} tags of this project point to images of protected branches and releases by hand, ` +
      `the most that may. ${next}`
    );
  return null;
}

/** Tags that no build gave the image. Counts no more than `most`. */
async function countByHand(db: Queryable, projectId: string, which: Prisma.Sql, most: number): Promise<number> {
  const [byHand] = await db.$queryRaw<{ count: number }[]>`
    SELECT count(*)::int AS count FROM (
      SELECT 1 FROM image_tag t LEFT JOIN build b ON b.id = t.build_id
      WHERE t.project_id = ${projectId}::uuid AND ${which} AND NOT coalesce(t.tag = ANY (b.tags), false)
      LIMIT ${most}) t`;
  return byHand!.count;
}

/**
 * Those of some tags that the project does not have yet and has no room for: the first ones get what room there is.
 * @param projectId an expression for it
 * @param zone of the build that asks for them
 */
export function tagsWithoutRoom(projectId: Prisma.Sql, tags: readonly string[], zone: Zone): Prisma.Sql {
  return Prisma.sql`SELECT tag FROM (${newTags(projectId, tags, zone)}) n WHERE place > room`;
}

/** Adds a warning to the build's row `b` where some of its tags find no room and are left out, or where room is nearly used up. */
export function warnOfTagBounds(tags: readonly string[], zone: Zone): Prisma.Sql {
  const ofAll = zone === 'protected' ? Prisma.sql`true` : Prisma.sql`min(room) = ${mostTags}::int - min("all")`;
  const full = Prisma.sql`CASE WHEN ${ofAll} THEN ${`${whole} ${shown(mostTags)} tags, the most that it may have`}::text
    ELSE ${`${part} ${shown(mostUnprotected)} tags of this project, the most that they may have`}::text END`;
  const near = (used: Prisma.Sql, limit: number) => Prisma.sql`min(${used}) + count(*) >= ${limit * warnedShare}::int`;
  const [all, unprotected] = [Prisma.sql`"all"`, Prisma.sql`unprotected`];
  const has = (who: string, used: Prisma.Sql, limit: number, whose: string) =>
    Prisma.sql`${who}::text || ' ' || to_char(min(${used}) + count(*), 'FM999,999') || ${` of the ${shown(limit)} tags that ${whose}. `}::text
      || 'Beyond that, builds are published without new tags. Delete images that nobody needs.'`;
  return Prisma.sql`warnings = b.warnings || (
    SELECT CASE
      WHEN count(*) FILTER (WHERE place > room) > 0 THEN ${warning(
        'TagsLeftOut',
        Prisma.sql`${full} || '. Without these tags the build was published: '
          || string_agg(tag, ', ' ORDER BY place) FILTER (WHERE place > room AND place <= greatest(room, 0) + ${mostNamed})
          || CASE WHEN count(*) > greatest(min(room), 0) + ${mostNamed}
            THEN ' and ' || count(*) - greatest(min(room), 0) - ${mostNamed} || ' more' ELSE '' END
          || '. Delete images that nobody needs, then build again.'`,
      )}
      WHEN ${near(all, mostTags)}
        THEN ${warning('TagsNearlyUsedUp', has(whole, all, mostTags, 'it may have'))}
      WHEN ${zone !== 'protected'} AND ${near(unprotected, mostUnprotected)}
        THEN ${warning('TagsNearlyUsedUp', has(part, unprotected, mostUnprotected, 'they may have of this project'))}
      ELSE '[]'::jsonb END
    FROM (${newTags(Prisma.sql`b.project_id`, tags, zone)}) n)`;
}

/** Each tag that the project does not have yet, its place among them, what room there is for new ones, and what is counted. */
function newTags(projectId: Prisma.Sql, tags: readonly string[], zone: Zone): Prisma.Sql {
  const ofAll = Prisma.sql`${mostTags}::int - c."all"`;
  const room = zone === 'protected' ? ofAll : Prisma.sql`least(${ofAll}, ${mostUnprotected}::int - c.unprotected)`;
  return Prisma.sql`
    -- Counted once, and each tag looked up by its key: old statistics make joins read all tags for each.
    WITH c AS MATERIALIZED (${counts(projectId)})
    SELECT w.tag, row_number() OVER (ORDER BY w.at) AS place, ${room} AS room, c."all", c.unprotected
    FROM unnest(${[...tags]}::text[]) WITH ORDINALITY AS w(tag, at), c
    WHERE (SELECT t.tag FROM image_tag t WHERE t.project_id = ${projectId} AND t.tag = w.tag) IS NULL`;
}

function counts(projectId: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`
    SELECT count(*)::int AS "all", (count(*) FILTER (WHERE t.zone <> 'protected'))::int AS unprotected
    FROM (SELECT t.zone FROM image_tag t WHERE t.project_id = ${projectId} LIMIT ${mostTags}) t`;
}

function warning(rule: string, message: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`jsonb_build_array(jsonb_build_object(
    'rule', ${rule}::text, 'url', NULL, 'file', NULL, 'line', NULL, 'message', ${message}))`;
}

function shown(count: number): string {
  return count.toLocaleString('en');
}
