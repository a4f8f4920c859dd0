import { Prisma } from '../generated/client.js';
import type { OutboxTopic } from './topics.js';

/** How many rows of one organization may be under way at a time. */
export interface OutboxShare {
  /** Where others have work too. */
  readonly each: number;
  /** Where nobody else has: fewer than there are slots, so that who comes next finds one. */
  readonly alone: number;
  /** Whether the last free slot is for an organization that has nothing under way. */
  readonly keepsLast: boolean;
}

/** Smaller than any. */
export const noGroup = '00000000-0000-0000-0000-000000000000';

/** What a claim asks for. */
export interface Wanted {
  readonly topics: readonly OutboxTopic[];
  /** Free slots. */
  readonly limit: number;
  readonly share: OutboxShare;
  /** Groups behind this one are looked at beside the first ones. */
  readonly after: string;
}

/** Rows and groups of one organization and topic that a claim looks at, so that its cost does not grow with what waits. */
const window = 32;

/**
 * What may be taken now: of each group the row that is due for longest, where none of the group is under way, and of each
 * organization no more than its share. `place` counts what the organization has under way, so that the one with the fewest
 * goes first; the last free slot is for one that has none. Taking and watching read the same condition.
 *
 * Nothing here is read by the number of rows: the organizations, their oldest rows and their groups are steps along an index.
 * Where a step is written in a roundabout way, the plain one was planned as a scan of all rows.
 * The oldest rows may all be of one group. Where they are of fewer groups than there are free slots, groups are looked at as well: the
 * first ones, and those behind `after`.
 */
export function takeable({ topics, limit, share, after }: Wanted): Prisma.Sql {
  return Prisma.sql`
    ${ownersOf(topics)}, held AS (
      SELECT o.topic, o.group_id, o.owner FROM outbox o
      WHERE o.topic = ANY (${[...topics]}) AND o.locked_until > now()
        AND NOT EXISTS (SELECT 1 FROM process_instance p WHERE p.id = o.locked_by AND p.ended_at IS NOT NULL)
    ), oldest AS (
      SELECT o.id, o.group_id, o.available_at, k.topic, k.owner FROM owners k CROSS JOIN LATERAL (
        SELECT o.id, o.group_id, o.available_at FROM outbox o WHERE o.topic = k.topic AND o.owner = k.owner
          AND o.available_at <= now() ORDER BY o.available_at, o.id LIMIT ${Math.max(window, limit)}) o
      WHERE NOT EXISTS (SELECT 1 FROM held h WHERE h.topic = k.topic AND h.group_id = o.group_id)
    ), sufficient AS (
      SELECT o.topic, o.owner FROM oldest o GROUP BY o.topic, o.owner HAVING count(DISTINCT o.group_id) >= ${limit}::int
    ), groups (topic, owner, group_id, step) AS (
      SELECT k.topic, k.owner, start.after, 0 FROM owners k, (VALUES (${noGroup}::uuid), (${after}::uuid)) AS start (after)
      WHERE k.owner IS NOT NULL AND NOT EXISTS (SELECT 1 FROM sufficient s WHERE s.topic = k.topic AND s.owner = k.owner)
      UNION ALL
      SELECT g.topic, g.owner, (SELECT CASE WHEN o.owner = g.owner THEN o.group_id END FROM outbox o WHERE o.topic = g.topic
        AND (o.owner, o.group_id) > (g.owner, g.group_id) ORDER BY o.owner, o.group_id LIMIT 1), g.step + 1
      FROM groups g WHERE g.group_id IS NOT NULL AND g.step < ${window}
    ), seen AS (
      SELECT * FROM oldest
      UNION ALL
      SELECT o.*, g.topic, g.owner FROM groups g CROSS JOIN LATERAL (
        SELECT o.id, o.group_id, o.available_at FROM outbox o WHERE o.topic = g.topic AND o.owner = g.owner
          AND o.group_id = g.group_id AND o.available_at <= now() ORDER BY o.available_at, o.id LIMIT 1) o
      WHERE g.step > 0 AND NOT EXISTS (SELECT 1 FROM held h WHERE h.topic = g.topic AND h.group_id = g.group_id)
    ), first AS (
      SELECT DISTINCT ON (s.topic, s.group_id) s.id, s.owner, s.available_at FROM seen s
      ORDER BY s.topic, s.group_id, s.available_at, s.id
    ), ranked AS (
      SELECT id, available_at, row_number() OVER (PARTITION BY owner ORDER BY available_at, id)
        + (SELECT count(*) FROM held h WHERE h.owner = first.owner) AS place
      FROM first
    ), turns AS (
      SELECT id, place, row_number() OVER (ORDER BY place, available_at, id) AS turn FROM ranked
      WHERE place <= CASE (SELECT count(DISTINCT owner) FROM (SELECT owner FROM held UNION SELECT owner FROM first) AS parties)
        WHEN 1 THEN ${share.alone}::int ELSE ${share.each}::int END
    ), takeable AS (
      SELECT id, place FROM turns WHERE place = 1 OR turn < ${limit}::int OR ${share.keepsLast} = false
    )`;
}

/** `owners`: who has work of each topic, one step along the index for each. The last row of a topic has none. */
export function ownersOf(topics: readonly OutboxTopic[]): Prisma.Sql {
  return Prisma.sql`
    owners (topic, owner) AS (
      SELECT t.topic, (SELECT min(o.owner) FROM outbox o WHERE o.topic = t.topic) FROM unnest(${[...topics]}::text[]) AS t (topic)
      UNION ALL
      SELECT k.topic, (SELECT min(o.owner) FROM outbox o WHERE o.topic = k.topic AND o.owner > k.owner)
      FROM owners k WHERE k.owner IS NOT NULL
    )`;
}
