import type { ClaimedRepository, ForgeKind, ProofKind } from '@cooperage/domain';
import pg from 'pg';
import { isDatabaseUnavailable } from '../database-errors.js';
import { newId } from '../new-id.js';
import { findAll, type IdentifiedDelivery, insertAll, keyOf } from './intake-statement.js';

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
  readonly repository: ClaimedRepository | null;
  readonly note: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
  /** SHA-256 of what the proof covers: the same body is known when it comes again under another key. */
  readonly bodyDigest: Uint8Array | null;
  readonly replayOf: string | null;
}

export interface IntakeOutcome {
  readonly deliveryId: string;
  /** The project had a delivery with this key already; `deliveryId` is that one's. */
  readonly duplicate: boolean;
}

interface Waiting extends IdentifiedDelivery {
  readonly resolve: (outcome: IntakeOutcome | null) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Statements under way at once. What arrives while one is busy shares the next one: rows that share a statement cost the
 * database a third less. A further one begins where the rows fill it, or one that is slow would hold them back.
 */
const lanes = 4;
const maxRows = 64;
const patienceMs = 10;
/** Bytes of bodies in one statement; a longer body has one of its own. */
const maxBytes = 1 << 20;

/**
 * Writes deliveries over a pool of its own, so that a busy dashboard cannot keep webhooks out. Under load many of them
 * share one statement and its flush to disk.
 */
export class IntakeRepository {
  private readonly pool: pg.Pool;
  private readonly waiting: Waiting[] = [];
  private busy = 0;
  private slow: NodeJS.Timeout | undefined;

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
  insert(delivery: NewDelivery): Promise<IntakeOutcome | null> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ id: newId(), delivery, resolve, reject });
      this.next();
    });
  }

  /** Deliveries of a project that wait for their evaluation, counted up to `most`. */
  async unevaluated(projectId: string, most: number): Promise<number> {
    const { rows } = await this.pool.query<{ waiting: number }>({
      name: 'intake-waiting',
      text: `SELECT count(*)::int AS waiting FROM (
        SELECT FROM outbox WHERE group_id = $1::uuid AND topic = 'evaluate' LIMIT $2) AS counted`,
      values: [projectId, most],
    });
    return rows[0]!.waiting;
  }

  async close(): Promise<void> {
    clearTimeout(this.slow);
    await this.pool.end();
  }

  private next(): void {
    if (this.busy >= lanes || this.waiting.length === 0) return;
    if (this.busy === 0 || this.waiting.length >= maxRows) this.begin();
    else
      this.slow ??= setTimeout(() => {
        this.slow = undefined;
        if (this.busy < lanes && this.waiting.length > 0) this.begin();
      }, patienceMs);
  }

  private begin(): void {
    clearTimeout(this.slow);
    this.slow = undefined;
    this.busy++;
    void this.settle(this.takeBatch()).finally(() => {
      this.busy--;
      this.next();
    });
  }

  private takeBatch(): Waiting[] {
    let bytes = 0;
    const end = this.waiting.findIndex(({ delivery }, at) => {
      bytes += delivery.body.length;
      return at > 0 && (at === maxRows || bytes > maxBytes);
    });
    return this.waiting.splice(0, end === -1 ? this.waiting.length : end);
  }

  private async settle(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.write(batch);
      for (const [at, { resolve }] of batch.entries()) resolve(outcomes[at]!);
    } catch (error) {
      if (batch.length === 1 || isDatabaseUnavailable(error)) for (const { reject } of batch) reject(error);
      // One that cannot be stored must not take the others with it.
      else for (const one of batch) await this.settle([one]);
    }
  }

  private async write(batch: readonly Waiting[]): Promise<(IntakeOutcome | null)[]> {
    const added = await insertAll(this.pool, batch);
    const others = batch.filter(({ id }) => !added.has(id)).map(({ delivery }) => delivery);
    const known = others.length === 0 ? new Map<string, string>() : await findAll(this.pool, others);
    return batch.map(({ id, delivery }) => {
      if (added.has(id)) return { deliveryId: id, duplicate: false };
      const deliveryId = known.get(keyOf(delivery));
      return deliveryId === undefined ? null : { deliveryId, duplicate: true };
    });
  }
}
