import { createHash } from 'node:crypto';
import type { Lane, LoopTrouble } from '@cooperage/domain';
import type { Database } from '../database.js';
import { channels } from '../listen/channels.js';
import { losable } from '../losable.js';
import { newId } from '../new-id.js';
import { processInfoOf } from './process-info.js';

export type ProcessRole = 'api' | 'live' | 'builder' | 'control';

/** A process that cannot be mistaken for a later one with the same number. */
export interface ProcessIdentity {
  /** The machine's boot and the space of process numbers: elsewhere the number means nothing. */
  readonly place: string;
  readonly pid: number;
  /** The moment of its start, in ticks since the boot. */
  readonly startedAs: string;
  readonly parent: number;
}

/** What a process says of itself; shown on the workers page. */
export interface ProcessInfo {
  readonly slots?: number;
  readonly engine?: string;
  readonly engineVersion?: string;
  /** What the engine can do, and what not. */
  readonly engineFeatures?: Readonly<Record<string, boolean | string | readonly string[]>>;
  readonly platforms?: readonly string[];
  readonly zones?: readonly string[];
  /** Which builds it says that it takes; what it is given follows from `ProcessRecord.pool`. */
  readonly lane?: Lane;
  /** Of control: what the operator says of the organizations here. */
  readonly organizationsTrustEachOther?: boolean;
  /** Of the product. */
  readonly version?: string;
  /** It finishes what it does and takes nothing more. */
  readonly draining?: boolean;
  /** Of the disk that holds the git mirrors, and of the machine's memory. */
  readonly diskFreeBytes?: number;
  readonly diskTotalBytes?: number;
  readonly memoryFreeBytes?: number;
  readonly memoryTotalBytes?: number;
  /** What its engine keeps for later builds; moments as ISO 8601. */
  readonly engineStore?: {
    readonly bytes: number;
    readonly records: number;
    readonly mountBytes: number;
    readonly mounts: number;
    readonly oldestUse: string | null;
    readonly measuredAt: string;
  };
  /** Itself and its supervisor; left out where the system does not say. */
  readonly process?: ProcessIdentity;
  readonly supervisor?: ProcessIdentity;
  /** Of its loops that take work, those that are not in order. */
  readonly loops?: readonly LoopTrouble[];
  /** Why it takes no builds, when it takes none. */
  readonly note?: string | null;
}

export interface ProcessRecord {
  readonly id: string;
  readonly role: ProcessRole;
  readonly name: string;
  readonly startedAt: Date;
  readonly heartbeatAt: Date;
  readonly endedAt: Date | null;
  readonly endReason: 'exited' | 'silent' | null;
  readonly info: ProcessInfo;
  /** Of a builder: the pool of the role that it connects by. */
  readonly pool: Lane | null;
}

const mostListed = 100;

/** Rows of running processes: who holds what, and who has ended. */
export class ProcessRepository {
  constructor(private readonly db: Database) {}

  /** @param id chosen by the supervisor where there is one, so that it can note the death of exactly this process */
  async start(role: ProcessRole, name: string, info: ProcessInfo, id: string = newId()): Promise<string> {
    const { instanceKey } = this.db;
    const keyHash = instanceKey && createHash('sha256').update(instanceKey).digest();
    await this.db.prisma.$executeRaw`
      INSERT INTO process_instance (id, role, name, info, key_hash)
      VALUES (${id}::uuid, ${role}, ${name}, ${JSON.stringify(info)}::jsonb, ${keyHash}::bytea)`;
    await this.db.prisma.$executeRaw`SELECT pg_notify(${channels.process}, '')`;
    return id;
  }

  /** False when the row says that this process has ended: it must stop what it does and exit. */
  async heartbeat(id: string, info: ProcessInfo): Promise<boolean> {
    const count = await this.db.prisma.$executeRaw`
      UPDATE process_instance SET heartbeat_at = now(), info = ${JSON.stringify(info)}::jsonb
      WHERE id = ${id}::uuid AND ended_at IS NULL AND ${losable}`;
    return count === 1;
  }

  /**
   * Notes an end. `exited` is only for who has seen it (the process itself, or its parent): it lets others take over at
   * once, without waiting for leases and tokens. It also replaces an earlier `silent`.
   * @returns whether the process had ever started
   */
  async end(id: string, reason: 'exited' | 'silent'): Promise<boolean> {
    const ended = await this.db.prisma.$executeRaw`
      UPDATE process_instance SET ended_at = coalesce(ended_at, now()), end_reason = ${reason}
      WHERE id = ${id}::uuid AND (end_reason IS NULL OR end_reason = 'silent')`;
    await this.db.prisma.$executeRaw`SELECT pg_notify(${channels.process}, ''), pg_notify(${channels.outbox}, '')`;
    return ended > 0;
  }

  /**
   * Marks processes without a heartbeat for `silentMs` as ended; what they had taken is there for others now. It waits for no row:
   * a builder may hold its own for as long as it likes.
   */
  async endSilent(silentMs: number): Promise<number> {
    return this.db.prisma.$executeRaw`
      WITH ended AS (
        UPDATE process_instance SET ended_at = now(), end_reason = 'silent' WHERE id IN (
          SELECT id FROM process_instance
          WHERE ended_at IS NULL AND heartbeat_at < now() - ${silentMs} * interval '1 millisecond'
          FOR UPDATE SKIP LOCKED) RETURNING id
      ) SELECT pg_notify(${channels.outbox}, ''), pg_notify(${channels.process}, '') FROM ended`;
  }

  /** Removes processes that ended longer than `ageMs` ago; a restarting child leaves a row each time. It waits for no row. */
  async forgetEnded(ageMs: number): Promise<void> {
    await this.db.prisma.$executeRaw`
      DELETE FROM process_instance WHERE id IN (
        SELECT id FROM process_instance p WHERE ended_at < now() - ${ageMs} * interval '1 millisecond'
          AND NOT EXISTS (SELECT 1 FROM attempt a WHERE a.instance_id = p.id AND a.state = 'claimed')
        FOR UPDATE SKIP LOCKED)`;
  }

  /** Running processes, and those that ended within the last day: of each role and pool the newest, so that no pool hides another. */
  async list(): Promise<ProcessRecord[]> {
    const rows = await this.db.prisma.$queryRaw<(Omit<ProcessRecord, 'info'> & { readonly info: unknown })[]>`
      SELECT id::text, role, name, started_at AS "startedAt", greatest(started_at, heartbeat_at) AS "heartbeatAt", ended_at AS "endedAt",
        end_reason AS "endReason", info, pool
      FROM (SELECT *, row_number() OVER (PARTITION BY role, pool ORDER BY ended_at IS NOT NULL, started_at DESC) AS place
        FROM process_instance WHERE ended_at IS NULL OR ended_at > now() - interval '1 day') p
      WHERE place <= ${mostListed} ORDER BY id DESC`;
    return rows.map((row) => ({ ...row, info: processInfoOf(row.info) }));
  }
}
