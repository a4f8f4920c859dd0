import type pg from 'pg';
import { channels } from '../listen/channels.js';
import type { OutboxTopic } from '../outbox/topics.js';
import { byteaArray } from './bytea-array.js';
import { deliveryAnnouncement } from './delivery-announcement.js';
import type { NewDelivery } from './intake-repository.js';

/** A delivery with the id that it gets if it is a new one. */
export interface IdentifiedDelivery {
  readonly id: string;
  readonly delivery: NewDelivery;
}

const evaluate: OutboxTopic = 'evaluate';

/**
 * Deliveries, their outbox rows and control's wake-up: one statement, so one transaction, one flush to disk and one round
 * trip for all of them. Projects are read in it too: a delivery of one that was deleted meanwhile inserts nothing.
 */
const insertDeliveries = {
  name: 'intake',
  text: `
    WITH sent AS (
      SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
        $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::bytea[], $15::uuid[], $16::bytea[], $17::text[])
        WITH ORDINALITY AS s(id, project_id, forge, delivery_key, event_name, proof, status, ref, before, after, sender,
          note, headers, body, replay_of, body_digest, repository, position)
    ), added AS (
      INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, ref, before, after, sender,
        note, headers, body, replay_of, body_digest, repository)
      SELECT s.id, s.project_id, s.forge, s.delivery_key, s.event_name, s.proof, s.status, s.ref, s.before, s.after,
        s.sender, s.note, s.headers::jsonb, s.body, s.replay_of, s.body_digest, s.repository::jsonb
      FROM sent s JOIN project p ON p.id = s.project_id AND p.deleted_at IS NULL
      ORDER BY s.position
      ON CONFLICT (project_id, delivery_key) DO NOTHING
      RETURNING id, project_id, status
    ), promised AS (
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT $18, id, project_id FROM added WHERE status = 'received' ORDER BY id RETURNING topic
    )
    SELECT id::text, (SELECT pg_notify($19, topic) FROM promised LIMIT 1) AS woken, ${deliveryAnnouncement('added')} AS told
    FROM added`,
};

/** What is there already, in a statement of its own: it sees what a concurrent insert of the same key has committed. */
const findDeliveries = {
  name: 'intake-existing',
  text: `
    SELECT d.id::text, d.project_id::text AS "projectId", d.delivery_key AS "deliveryKey"
    FROM unnest($1::uuid[], $2::text[]) AS s(project_id, delivery_key)
    JOIN delivery d ON d.project_id = s.project_id AND d.delivery_key = s.delivery_key
    JOIN project p ON p.id = d.project_id AND p.deleted_at IS NULL`,
};

/** @returns ids of those that were added. Rows are taken in one order by everyone, so that no two wait for each other. */
export async function insertAll(pool: pg.Pool, deliveries: readonly IdentifiedDelivery[]): Promise<Set<string>> {
  const ordered = [...deliveries].sort((a, b) => (keyOf(a.delivery) < keyOf(b.delivery) ? -1 : 1));
  const { rows } = await pool.query<{ id: string }>({ ...insertDeliveries, values: columnsOf(ordered) });
  return new Set(rows.map(({ id }) => id));
}

/** @returns ids by `keyOf`. */
export async function findAll(pool: pg.Pool, deliveries: readonly NewDelivery[]): Promise<Map<string, string>> {
  const values = [deliveries.map(({ projectId }) => projectId), deliveries.map(({ deliveryKey }) => deliveryKey)];
  const { rows } = await pool.query<{ id: string; projectId: string; deliveryKey: string }>({
    ...findDeliveries,
    values,
  });
  return new Map(rows.map((row) => [keyOf(row), row.id]));
}

/** What makes two calls the same delivery. */
export function keyOf({ projectId, deliveryKey }: Pick<NewDelivery, 'projectId' | 'deliveryKey'>): string {
  return `${projectId} ${deliveryKey}`;
}

function columnsOf(rows: readonly IdentifiedDelivery[]): unknown[] {
  const column = <T>(value: (delivery: NewDelivery) => T) => rows.map(({ delivery }) => value(delivery));
  return [
    rows.map(({ id }) => id),
    column(({ projectId }) => projectId),
    column(({ forge }) => forge),
    column(({ deliveryKey }) => deliveryKey),
    column(({ eventName }) => eventName),
    column(({ proof }) => proof),
    column(({ status }) => status),
    column(({ ref }) => ref),
    column(({ before }) => before),
    column(({ after }) => after),
    column(({ sender }) => sender),
    column(({ note }) => note),
    column(({ headers }) => JSON.stringify(headers)),
    byteaArray(column(({ body }) => body)),
    column(({ replayOf }) => replayOf),
    byteaArray(column(({ bodyDigest }) => bodyDigest)),
    column(({ repository }) => repository && JSON.stringify(repository)),
    evaluate,
    channels.outbox,
  ];
}
