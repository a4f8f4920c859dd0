import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { channels } from '../listen/channels.js';

export interface DrainRecord {
  readonly name: string;
  readonly requestedBy: string;
  readonly requestedAt: Date;
}

/** Which workers shall take nothing more. It belongs to a worker's name, so a restart changes nothing. */
export class DrainRepository {
  constructor(private readonly db: Database) {}

  async isDraining(name: string): Promise<boolean> {
    const row = await this.db.prisma.workerDrain.findUnique({ where: { name }, select: { name: true } });
    return row !== null;
  }

  async list(): Promise<DrainRecord[]> {
    return this.db.prisma.workerDrain.findMany({ orderBy: { name: 'asc' } });
  }

  /** Safe to repeat: only a change is an audit entry. */
  async drain(name: string, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { count } = await tx.workerDrain.createMany({
        data: [{ name, requestedBy: actor.name }],
        skipDuplicates: true,
      });
      if (count > 0) await tell(tx, actor, 'worker.drain', name);
    });
  }

  /** Safe to repeat: only a change is an audit entry. */
  async resume(name: string, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const { count } = await tx.workerDrain.deleteMany({ where: { name } });
      if (count > 0) await tell(tx, actor, 'worker.resume', name);
    });
  }
}

async function tell(tx: Queryable, actor: Actor, action: string, name: string): Promise<void> {
  await tx.$executeRaw`SELECT pg_notify(${channels.drain}, '')`;
  await writeAudit(tx, actor, { organizationId: null, action, subjectKind: 'worker', subjectId: name });
}
