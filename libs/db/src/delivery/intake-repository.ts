import type { ForgeKind, ProofKind } from '@cooperage/domain';
import pg from 'pg';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import type { OutboxTopic } from '../outbox/topics.js';

/** One proven webhook call. */
export interface NewDelivery {
  readonly projectId: string;
  readonly forge: ForgeKind;
  /** The forge's own id; one row per project and key. */
  readonly deliveryKey: string;
  readonly eventName: string;
  readonly proof: ProofKind | 'session' | 'token';
  /** `ignored` deliveries are kept and start nothing. */
  readonly status: 'received' | 'ignored';
  readonly ref: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly sender: string | null;
  readonly note: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  readonly replayOf: string | null;
}

export interface IntakeOutcome {
  readonly deliveryId: string;
  /** The project had a delivery with this key already; `deliveryId` is that one's. */
  readonly duplicate: boolean;
}

const evaluate: OutboxTopic = 'evaluate';

/**
 * The delivery, its outbox row and control's wake-up: one statement, so one transaction and one round trip. The project
 * is read in it too: a delivery of a project that was deleted meanwhile inserts nothing.
 */
const insertDelivery = {
  name: 'intake',
  text: `
    WITH added AS (
      INSERT INTO delivery (id, project_id, forge, delivery_key, event_name, proof, status, ref, before, after, sender, note,
        headers, body, replay_of)
      SELECT $1::uuid, p.id, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13::jsonb, $14::bytea, $15::uuid
      FROM project p WHERE p.id = $2::uuid AND p.deleted_at IS NULL
      ON CONFLICT (project_id, delivery_key) DO NOTHING
      RETURNING id, project_id, status
    ), promised AS (
      INSERT INTO outbox (topic, subject_id, group_id)
      SELECT $16, id, project_id FROM added WHERE status = 'received' RETURNING topic
    )
    SELECT id::text, (SELECT pg_notify($17, topic) FROM promised) AS woken FROM added`,
};

/** Writes deliveries over a pool of its own, so that a busy dashboard cannot keep webhooks out. */
export class IntakeRepository {
  private readonly pool: pg.Pool;

  /** @param poolSize most connections. @param onError told of connections that break while idle. */
  constructor(url: string, poolSize: number, onError: (error: Error) => void) {
    this.pool = new pg.Pool({
      connectionString: url,
      max: poolSize,
      application_name: 'cooperage-intake',
      connectionTimeoutMillis: 2_000,
      statement_timeout: 5_000,
      query_timeout: 6_000,
      idle_in_transaction_session_timeout: 5_000,
    });
    this.pool.on('error', onError);
  }

  /** Resolves after commit. Null when the project is not there (any more). @throws when the database does not answer. */
  async insert(delivery: NewDelivery): Promise<IntakeOutcome | null> {
    const id = newId();
    const { rowCount } = await this.pool.query({ ...insertDelivery, values: valuesOf(id, delivery) });
    return rowCount === 1 ? { deliveryId: id, duplicate: false } : this.existing(delivery);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** A statement of its own: it sees what a concurrent insert of the same key has committed. */
  private async existing({ projectId, deliveryKey }: NewDelivery): Promise<IntakeOutcome | null> {
    const { rows } = await this.pool.query<{ id: string }>({
      name: 'intake-existing',
      text: `SELECT d.id::text FROM delivery d JOIN project p ON p.id = d.project_id AND p.deleted_at IS NULL
        WHERE d.project_id = $1::uuid AND d.delivery_key = $2`,
      values: [projectId, deliveryKey],
    });
    return rows[0] ? { deliveryId: rows[0].id, duplicate: true } : null;
  }
}

function valuesOf(id: string, delivery: NewDelivery): unknown[] {
  return [
    id,
    delivery.projectId,
    delivery.forge,
    delivery.deliveryKey,
    delivery.eventName,
    delivery.proof,
    delivery.status,
    delivery.ref,
    delivery.before,
    delivery.after,
    delivery.sender,
    delivery.note,
    JSON.stringify(delivery.headers),
    delivery.body,
    delivery.replayOf,
    evaluate,
    channels.outbox,
  ];
}
