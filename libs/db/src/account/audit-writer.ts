import type { Database } from '../database.js';
import type { Actor } from './actor.js';
import { type AuditFacts, writeAudit } from './audit.js';

/** Audit rows of changes whose own record is kept elsewhere (a build's events name who canceled it). */
export class AuditWriter {
  constructor(private readonly db: Database) {}

  async write(actor: Actor, facts: AuditFacts): Promise<void> {
    await writeAudit(this.db.prisma, actor, facts);
  }
}
