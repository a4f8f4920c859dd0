import type { RetentionOverride } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database } from '../database.js';

const select = { buildDays: true, logDays: true, deliveryDays: true, graceDays: true } as const;

/** Retention values that organizations have set themselves. */
export class RetentionPolicyRepository {
  constructor(private readonly db: Database) {}

  /** Null if the organization inherits every value. */
  get(organizationId: string): Promise<RetentionOverride | null> {
    return this.db.prisma.retentionPolicy.findUnique({ where: { organizationId }, select });
  }

  /** False when there is no such organization. */
  async set(organizationId: string, override: RetentionOverride, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const [found] = await tx.$queryRaw<object[]>`SELECT id FROM organization WHERE id = ${organizationId} FOR UPDATE`;
      if (!found) return false;
      const before = await tx.retentionPolicy.findUnique({ where: { organizationId }, select });
      await tx.retentionPolicy.upsert({
        where: { organizationId },
        create: { organizationId, ...override },
        update: override,
      });
      await writeAudit(tx, actor, {
        ...{ organizationId, subjectKind: 'organization', subjectId: organizationId, action: 'retention.change' },
        ...(before && { before }),
        after: override,
      });
      return true;
    });
  }
}
