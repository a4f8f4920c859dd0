import type { Database, Queryable } from '../database.js';
import { holdLock } from '../lease/named-lock.js';
import { channels } from '../listen/channels.js';
import { losable } from '../losable.js';
import { storedText } from '../stored-text.js';
import { noGroup, type OutboxShare, ownersOf, takeable, type Wanted } from './takeable.js';
import type { DueWork, OutboxItem, OutboxTopic } from './topics.js';

/** Promises work inside the caller's transaction and wakes control when that commits. */
export async function promise(tx: Queryable, topic: OutboxTopic, subjectId: string, groupId: string): Promise<void> {
  await tx.$executeRaw`
    WITH added AS (
      INSERT INTO outbox (topic, subject_id, group_id) VALUES (${topic}, ${subjectId}::uuid, ${groupId}::uuid) RETURNING id
    )
    SELECT pg_notify(${channels.outbox}, ${topic}) FROM added`;
}

const noShare: OutboxShare = { each: 1_000_000, alone: 1_000_000, keepsLast: false };

/** Takes, finishes and puts back promised work. A taking is named by its holder and its count: an older one has no say. */
export class OutboxRepository {
  /** The group that was taken last. */
  private after = noGroup;

  constructor(private readonly db: Database) {}

  /**
   * Takes up to `limit` rows for `instanceId` until `lockMs` from now. Of one group at most one row is under way, and
   * the one that is due for longest goes first. A row whose holder has ended (its supervisor saw it) can be taken at once.
   * @param unwritten by row: takings that ended, although their return could not be written. They do not stay counted as unfinished
   */
  async take(
    topics: readonly OutboxTopic[],
    limit: number,
    instanceId: string,
    lockMs: number,
    share: OutboxShare = noShare,
    unwritten: ReadonlyMap<bigint, number> = new Map(),
  ): Promise<OutboxItem[]> {
    return this.db.transaction(async (tx) => {
      // One taker at a time: two of them could each see the same group as free.
      await holdLock(tx, 'outbox');
      const items = await takeIn(tx, { topics, limit, share, after: this.after }, { instanceId, lockMs, unwritten });
      this.after = items.at(-1)?.groupId ?? this.after;
      return items;
    });
  }

  /** What `take` would find with so many free slots. */
  async due(topics: readonly OutboxTopic[], limit: number, share: OutboxShare = noShare): Promise<DueWork> {
    const [found] = await this.db.prisma.$queryRaw<DueWork[]>`
      WITH RECURSIVE ${takeable({ topics, limit, share, after: this.after })}
      SELECT count(*)::int AS due,
        greatest(0, extract(epoch FROM now() - min(greatest(o.available_at, o.locked_until))) * 1000)::float8 AS "oldestDueMs"
      FROM outbox o JOIN takeable USING (id)`;
    return found!;
  }

  /** Topics of which something may be there to be taken. */
  async dueTopics(topics: readonly OutboxTopic[]): Promise<OutboxTopic[]> {
    const rows = await this.db.prisma.$queryRaw<{ topic: OutboxTopic }[]>`
      WITH RECURSIVE ${ownersOf(topics)}
      SELECT DISTINCT k.topic FROM owners k CROSS JOIN LATERAL (
        SELECT 1 FROM outbox o WHERE o.topic = k.topic AND o.owner = k.owner AND o.available_at <= now()
          AND coalesce(o.locked_until <= now(), true) ORDER BY o.available_at LIMIT 1) o`;
    return rows.map(({ topic }) => topic);
  }

  /** The work is done. */
  async done({ id, attempts }: OutboxItem, instanceId: string): Promise<void> {
    await this.db.statement(
      (db) =>
        db.$executeRaw`DELETE FROM outbox WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
  }

  /**
   * Puts work back that was begun, to be taken again after `delayMs`. Its process did not end by it: the count begins anew.
   * @returns false when it was taken again meanwhile
   */
  async retry(item: OutboxItem, instanceId: string, delayMs: number, reason: string): Promise<boolean> {
    return this.putBack(item, instanceId, delayMs, reason, 0);
  }

  /** As `retry`, of work that ended by an error: that is counted. */
  async retryFailed(item: OutboxItem, instanceId: string, delayMs: number, error: string): Promise<void> {
    await this.putBack(item, instanceId, delayMs, error, 1);
  }

  private async putBack(
    { id, attempts }: OutboxItem,
    instanceId: string,
    delayMs: number,
    error: string,
    failures: 0 | 1,
  ): Promise<boolean> {
    const count = await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE outbox SET locked_until = NULL, locked_by = NULL, unfinished = 0, last_error = ${storedText(error.slice(0, 2000))},
          failures = failures + ${failures}::int, available_at = now() + ${delayMs} * interval '1 millisecond'
        WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
    return count === 1;
  }

  /**
   * Puts work back that did not end in its time: it may still run, and may never end. The next taking counts it as
   * unfinished, as it counts work whose process ended.
   */
  async retryUnfinished(
    { id, attempts }: OutboxItem,
    instanceId: string,
    delayMs: number,
    error: string,
  ): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE outbox SET locked_until = now(), last_error = ${storedText(error.slice(0, 2000))},
          available_at = now() + ${delayMs} * interval '1 millisecond'
        WHERE id = ${id} AND locked_by = ${instanceId}::uuid AND attempts = ${attempts} AND ${losable}`,
    );
  }

  /** Puts work back that was not begun, to be taken again after `delayMs`: all that was counted of it stays. */
  async postpone({ id, attempts }: OutboxItem, instanceId: string, delayMs: number): Promise<void> {
    await this.db.statement(
      (db) => db.$executeRaw`
        UPDATE outbox SET locked_until = NULL, locked_by = NULL, available_at = now() + ${delayMs} * interval '1 millisecond'
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

interface Taking {
  readonly instanceId: string;
  readonly lockMs: number;
  readonly unwritten: ReadonlyMap<bigint, number>;
}

function takeIn(tx: Queryable, wanted: Wanted, { instanceId, lockMs, unwritten }: Taking): Promise<OutboxItem[]> {
  return tx.$queryRaw<OutboxItem[]>`
    WITH RECURSIVE ${takeable(wanted)}, due AS (
      SELECT id, locked_by, array_position(${[...unwritten.keys()]}::bigint[], id) AS ended
      FROM outbox JOIN takeable USING (id) WHERE available_at <= now()
      ORDER BY place, available_at, id LIMIT ${wanted.limit} FOR UPDATE OF outbox SKIP LOCKED
    )
    UPDATE outbox o
    SET locked_until = now() + ${lockMs} * interval '1 millisecond', locked_by = ${instanceId}::uuid, attempts = o.attempts + 1,
      unfinished = greatest(0, o.unfinished + (due.locked_by IS NOT NULL)::int - coalesce((${[...unwritten.values()]}::int[])[due.ended], 0))
    FROM due WHERE o.id = due.id
    RETURNING o.id, o.topic, o.subject_id::text AS "subjectId", o.group_id::text AS "groupId", o.attempts, o.unfinished, o.failures,
      (extract(epoch FROM now() - o.created_at) * 1000)::float8 AS "ageMs",
      (extract(epoch FROM now() - o.available_at) * 1000)::float8 AS "dueMs"`;
}
