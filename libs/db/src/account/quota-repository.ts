import { effectiveQuota, type QuotaKind, type QuotaSettings } from '@cooperage/domain';
import { minutesOfMonth } from '../attempt/dispatch-view.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import type { Actor } from './actor.js';

/** The scope of the row that holds for all organizations that say nothing themselves. */
export const installationScope = 'installation';

export interface OrganizationQuota {
  /** What was said for this organization alone. */
  readonly own: Partial<QuotaSettings>;
  readonly installation: Partial<QuotaSettings>;
  readonly effective: QuotaSettings;
}

export type QuotaUsage = Readonly<Record<QuotaKind, number>>;

const columns = {
  ...{ weight: true, concurrentBuilds: true, queuedBuilds: true, buildMinutes: true, cpus: true, memoryBytes: true },
  ...{ imageBytes: true, cacheBytes: true, logBytes: true, deliveryBytes: true },
} as const;

/** Quotas and what is used of them. Usage is counted from the rows, so nothing can drift. */
export class QuotaRepository {
  constructor(private readonly db: Database) {}

  /** What holds where an organization says nothing. */
  async defaults(): Promise<Partial<QuotaSettings>> {
    return read(this.db.prisma, installationScope);
  }

  async of(organizationId: string): Promise<OrganizationQuota> {
    return quotaIn(this.db.prisma, organizationId);
  }

  /** @param scope id of an organization that is there, or `installationScope` */
  async set(scope: string, quota: Partial<QuotaSettings>, actor: Actor): Promise<void> {
    await this.db.transaction(async (tx) => {
      const before = await read(tx, scope);
      await tx.quota.upsert({ where: { scope }, create: { scope, ...quota }, update: quota });
      const facts = { action: 'quota.change', subjectKind: 'quota', subjectId: scope, before, after: quota };
      const organizationId = scope === installationScope ? null : scope;
      await writeAudit(tx, actor, { ...facts, organizationId, alsoInstallation: true });
    });
  }

  async usage(organizationId: string): Promise<QuotaUsage> {
    const [row] = await this.db.prisma.$queryRaw<Record<QuotaKind, number>[]>`
      SELECT
        (SELECT count(*) FROM attempt a JOIN build b ON b.id = a.build_id
          WHERE a.state IN ('dispatched', 'claimed') AND b.organization_id = o.id)::float8 AS "concurrentBuilds",
        (SELECT count(*) FROM build b WHERE b.status = 'queued' AND b.organization_id = o.id)::float8 AS "queuedBuilds",
        ${minutesOfMonth()} AS "buildMinutes",
        (SELECT coalesce(sum(i.size_bytes), 0) FROM image i JOIN project p ON p.id = i.project_id
          WHERE p.organization_id = o.id)::float8 AS "imageBytes",
        (SELECT coalesce(sum(e.bytes), 0) FROM cache_entry e JOIN project p ON p.id = e.project_id
          WHERE p.organization_id = o.id)::float8 AS "cacheBytes",
        (SELECT coalesce(sum(a.log_bytes), 0) FROM attempt a JOIN build b ON b.id = a.build_id
          WHERE b.organization_id = o.id)::float8 AS "logBytes",
        (SELECT coalesce(sum(octet_length(d.body)), 0) FROM delivery d JOIN project p ON p.id = d.project_id
          WHERE p.organization_id = o.id)::float8 AS "deliveryBytes"
      FROM organization o WHERE o.id = ${organizationId}`;
    return row ?? { ...zeroUsage };
  }

  /** Bytes of deliveries that the organization of a project has, and may have; null where nothing bounds them. */
  async deliveryBytes(projectId: string): Promise<{ readonly used: number; readonly limit: number } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ organizationId: string; limit: number | null }[]>`
      SELECT p.organization_id AS "organizationId", coalesce(q.delivery_bytes, d.delivery_bytes)::float8 AS limit
      FROM project p LEFT JOIN quota q ON q.scope = p.organization_id LEFT JOIN quota d ON d.scope = ${installationScope}
      WHERE p.id = ${projectId}::uuid`;
    if (!row || row.limit === null) return null;
    const [sum] = await this.db.prisma.$queryRaw<{ used: number }[]>`
      SELECT coalesce(sum(octet_length(d.body)), 0)::float8 AS used FROM delivery d JOIN project p ON p.id = d.project_id
      WHERE p.organization_id = ${row.organizationId}`;
    return { used: sum!.used, limit: row.limit };
  }

  /** Bytes of images of the organization without those of one digest in one project: what a push is added to. */
  async imageBytesBeside(organizationId: string, projectId: string, digest: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ bytes: number }[]>`
      SELECT coalesce(sum(i.size_bytes), 0)::float8 AS bytes FROM image i JOIN project p ON p.id = i.project_id
      WHERE p.organization_id = ${organizationId} AND NOT (i.project_id = ${projectId}::uuid AND i.digest = ${digest})`;
    return row!.bytes;
  }

  /** Minutes in which builds held slots, of each day in UTC that had some, the oldest first. */
  async minutesByDay(
    organizationId: string,
    days: number,
  ): Promise<{ readonly day: string; readonly minutes: number }[]> {
    return this.db.prisma.$queryRaw`
      SELECT to_char(a.claimed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day,
        (sum(extract(epoch FROM coalesce(a.ended_at, now()) - a.claimed_at)) / 60)::float8 AS minutes
      FROM build b JOIN attempt a ON a.build_id = b.id
      WHERE b.organization_id = ${organizationId} AND a.claimed_at > now() - ${days} * interval '1 day'
        AND b.queued_at > now() - (${days} + 7) * interval '1 day'
      GROUP BY 1 ORDER BY 1`;
  }
}

const zeroUsage: QuotaUsage = {
  ...{ concurrentBuilds: 0, queuedBuilds: 0, buildMinutes: 0 },
  ...{ imageBytes: 0, cacheBytes: 0, logBytes: 0, deliveryBytes: 0 },
};

/** @internal */
export async function quotaIn(tx: Queryable, organizationId: string): Promise<OrganizationQuota> {
  const [own, installation] = [await read(tx, organizationId), await read(tx, installationScope)];
  return { own, installation, effective: effectiveQuota(own, installation) };
}

async function read(tx: Queryable, scope: string): Promise<Partial<QuotaSettings>> {
  const row = await tx.quota.findUnique({ where: { scope }, select: columns });
  if (!row) return {};
  return Object.fromEntries(
    Object.entries(row).flatMap(([name, value]) => (value === null ? [] : [[name, Number(value)]])),
  );
}
