import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { holdLock } from '../lease/named-lock.js';
import { channels } from '../listen/channels.js';
import { losable } from '../losable.js';
import { storedText } from '../stored-text.js';
import type { DueWork, OutboxItem, OutboxTopic } from './topics.js';

/** Promises work inside the caller's transaction and wakes control when that commits. */
export async function promise(tx: Queryable, topic: OutboxTopic, subjectId: string, groupId: string): Promise<void> {
  await tx.$executeRaw`
    WITH added AS (
      INSERT INTO outbox (topic, subject_id, group_id) VALUES (${topic}, ${subjectId}::uuid, ${groupId}::uuid) RETURNING id
    )
    SELECT pg_notify(${channels.outbox}, ${topic}) FROM added`;
}

/** How many rows of one organization may be under way at a time. */
export interface OutboxShare {
  /** Where others have work too. */
  readonly each: number;
  /** Where nobody else has: fewer than there are slots, so that who comes next finds one. */
  readonly alone: number;
  /** Whether the last free slot is for an organization that has nothing under way. */
  readonly keepsLast: boolean;
}

const noShare: OutboxShare = { each: 1_000_000, alone: 1_000_000, keepsLast: false };

/** Takes, finishes and puts back promised work. A taking is named by its holder and its count: an older one has no say. */
export class OutboxRepository {
  constructor(private readonly db: Database) {}

  /**
   * Takes up to `limit` rows for `instanceId` until `lockMs` from now. Of one group at most one row is under way, and an
   * older one that is due goes first. A row whose holder has ended (its supervisor saw it) can be taken at once.
   */
  async take(
    topics: readonly OutboxTopic[],
    limit: number,
    instanceId: string,
    lockMs: number,
    share: OutboxShare = noShare,
  ): Promise<OutboxItem[]> {
    return this.db.transaction(async (tx) => {
      // One taker at a time: two of them could each see the same group as free.
      await holdLock(tx, 'outbox');
      return takeIn(tx, { topics, limit, share }, instanceId, lockMs);
    });
  }

  /** What `take` would find with so many free slots. */
  async due(topics: readonly OutboxTopic[], limit: number, share: OutboxShare = noShare): Promise<DueWork> {
    const [found] = await this.db.prisma.$queryRaw<DueWork[]>`
      WITH ${takeable({ topics, limit, share })}
      SELECT count(*)::int AS due,
        greatest(0, extract(epoch FROM now() - min(greatest(o.available_at, o.locked_until))) * 1000)::float8 AS "oldestDueMs"
      FROM outbox o JOIN takeable USING (id)`;
    return found!;
  }

  /** Topics of which something may be there to be taken. */
  async dueTopics(topics: readonly OutboxTopic[]): Promise<OutboxTopic[]> {
    const rows = await this.db.prisma.$queryRaw<{ topic: OutboxTopic }[]>`
      SELECT topic FROM unnest(${[...topics]}::text[]) AS t(topic) WHERE EXISTS (
        SELECT 1 FROM outbox o WHERE o.topic = t.topic AND o.available_at <= now() AND coalesce(o.locked_until <= now(), true))`;
    return rows.map(({ topic }) => topic);
  }

  /** The work is done. */
  async done({ id, attempts }: OutboxItem, instanceId: string): Promise<void> {
    await this.db.statement(
      (db) =>
        db.$executeRaw`DELETE FROM outbox WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
  }

  /** Puts work back, to be taken again after `delayMs`. */
  async retry({ id, attempts }: OutboxItem, instanceId: string, delayMs: number, error: string): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE outbox SET locked_until = NULL, locked_by = NULL, last_error = ${storedText(error.slice(0, 2000))},
          available_at = now() + ${delayMs} * interval '1 millisecond'
        WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
  }

  /** Keeps work that takes long. False when somebody else has it now. */
  async extend({ id, attempts }: OutboxItem, instanceId: string, lockMs: number): Promise<boolean> {
    const count = await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE outbox SET locked_until = now() + ${lockMs} * interval '1 millisecond'
        WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
    return count === 1;
  }
}

interface Wanted {
  readonly topics: readonly OutboxTopic[];
  /** Free slots. */
  readonly limit: number;
  readonly share: OutboxShare;
}

function takeIn(tx: Queryable, wanted: Wanted, instanceId: string, lockMs: number): Promise<OutboxItem[]> {
  return tx.$queryRaw<OutboxItem[]>`
    WITH ${takeable(wanted)}, due AS (
      SELECT id FROM outbox JOIN takeable USING (id) WHERE available_at <= now()
      ORDER BY place, id LIMIT ${wanted.limit} FOR UPDATE OF outbox SKIP LOCKED
    )
    UPDATE outbox o
    SET locked_until = now() + ${lockMs} * interval '1 millisecond', locked_by = ${instanceId}::uuid, attempts = o.attempts + 1
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.topic, o.subject_id::text AS "subjectId", o.group_id::text AS "groupId", o.attempts,
      (extract(epoch FROM now() - o.created_at) * 1000)::float8 AS "ageMs",
      (extract(epoch FROM now() - o.available_at) * 1000)::float8 AS "dueMs"`;
}

/**
 * What may be taken now: of each group the oldest row that is due, where none of the group is under way, and of each organization
 * no more than its share. `place` counts what the organization has under way, so that the one with the fewest goes first;
 * the last free slot is for one that has none. Taking and watching read the same condition.
 */
function takeable({ topics, limit, share }: Wanted): Prisma.Sql {
  const owner = Prisma.sql`coalesce((SELECT organization_id FROM project WHERE id = o.group_id),
    (SELECT organization_id FROM build WHERE id = o.group_id), o.group_id::text)`;
  return Prisma.sql`
    held AS (
      SELECT o.topic, o.group_id, ${owner} AS owner FROM outbox o
      WHERE o.topic = ANY (${[...topics]}) AND o.locked_until > now()
        AND NOT EXISTS (SELECT 1 FROM process_instance p WHERE p.id = o.locked_by AND p.ended_at IS NOT NULL)
    ), first AS (
      SELECT DISTINCT ON (o.topic, o.group_id) o.id, o.group_id FROM outbox o
      WHERE o.topic = ANY (${[...topics]}) AND o.available_at <= now()
        AND NOT EXISTS (SELECT 1 FROM held h WHERE h.topic = o.topic AND h.group_id = o.group_id)
      ORDER BY o.topic, o.group_id, o.id
    ), owned AS (
      SELECT o.id, ${owner} AS owner FROM first o
    ), ranked AS (
      SELECT id, row_number() OVER (PARTITION BY owner ORDER BY id) + (SELECT count(*) FROM held h WHERE h.owner = owned.owner) AS place
      FROM owned
    ), turns AS (
      SELECT id, place, row_number() OVER (ORDER BY place, id) AS turn FROM ranked
      WHERE place <= CASE (SELECT count(DISTINCT owner) FROM (SELECT owner FROM held UNION SELECT owner FROM owned) AS owners)
        WHEN 1 THEN ${share.alone}::int ELSE ${share.each}::int END
    ), takeable AS (
      SELECT id, place FROM turns WHERE place = 1 OR turn < ${limit}::int OR ${share.keepsLast} = false
    )`;
}
