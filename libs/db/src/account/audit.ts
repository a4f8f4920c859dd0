import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import type { Actor } from './actor.js';

/** One change as it is remembered. `before` and `after` hold settings, never a secret's value. */
export interface AuditFacts {
  readonly organizationId: string | null;
  /** Subject and verb, for example `project.create`. */
  readonly action: string;
  readonly subjectKind: string;
  readonly subjectId: string;
  readonly before?: object;
  readonly after?: object;
}

/** Writes the audit row of a change inside the change's own transaction: neither exists without the other. */
export async function writeAudit(tx: Queryable, actor: Actor, facts: AuditFacts): Promise<void> {
  await tx.auditEntry.create({
    data: {
      id: newId(),
      organizationId: facts.organizationId,
      actorKind: actor.kind,
      actorId: actor.id,
      actorName: actor.name,
      action: facts.action,
      subjectKind: facts.subjectKind,
      subjectId: facts.subjectId,
      ip: actor.ip,
      before: json(facts.before),
      after: json(facts.after),
    },
  });
}

function json(value: object | undefined): Prisma.InputJsonValue | undefined {
  return value as Prisma.InputJsonValue | undefined;
}
