import type { Lane } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { channels } from '../listen/channels.js';

/** A worker's name means another one in the other pool. */
export interface WorkerName {
  readonly name: string;
  readonly pool: Lane;
}

export interface DrainRecord extends WorkerName {
  readonly requestedBy: string;
  readonly requestedAt: Date;
}

/**
 * Which workers shall take nothing more. It belongs to a worker's name, so a restart changes nothing. The dispatcher reads it as well: a
 * builder that does not obey is given nothing.
 */
export class DrainRepository {
  constructor(private readonly db: Database) {}

  async isDraining({ name, pool }: WorkerName): Promise<boolean> {
    const row = await this.db.prisma.workerDrain.findFirst({ where: { name, pool }, select: { name: true } });
    return row !== null;
  }

  async list(): Promise<DrainRecord[]> {
    const rows = await this.db.prisma.workerDrain.findMany({ orderBy: [{ name: 'asc' }, { pool: 'asc' }] });
    return rows.map((row) => ({ ...row, pool: row.pool as Lane }));
  }

  /** Safe to repeat: only a change is an audit entry. */
  async drain({ name, pool }: WorkerName, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { count } = await tx.workerDrain.createMany({
        data: [{ name, pool, requestedBy: actor.name }],
        skipDuplicates: true,
      });
      if (count > 0) await tell(tx, actor, 'worker.drain', name);
    });
  }

  /** Safe to repeat: only a change is an audit entry. */
  async resume({ name, pool }: WorkerName, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { count } = await tx.workerDrain.deleteMany({ where: { name, pool } });
      if (count > 0) await tell(tx, actor, 'worker.resume', name);
    });
  }
}

async function tell(tx: Queryable, actor: Actor, action: string, name: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${channels.drain}, '')`;
  await writeAudit(tx, actor, { organizationId: null, action, subjectKind: 'worker', subjectId: name });
}
