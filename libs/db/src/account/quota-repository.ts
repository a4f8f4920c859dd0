import { effectiveQuota, type QuotaKind, type QuotaSettings } from '@cooperage/domain';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { Actor } from './actor.js';
import { countedRows, isUnderWay, minutesOfMonth } from './usage-counters.js';

/** The scope of the row that holds for all organizations that say nothing themselves. */
export const installationScope = 'installation';

export interface OrganizationQuota {
  /** What was said for this organization alone. */
  readonly own: Partial<QuotaSettings>;
  readonly installation: Partial<QuotaSettings>;
  readonly effective: QuotaSettings;
}

export interface QuotaUsage extends Readonly<Record<QuotaKind, number>> {
  /** Of `imageBytes`: what builds have pushed that is no image, as far as the registry still holds it. */
  readonly stagedBytes: number;
  /** Of `logBytes`: what builds have left in the database beside their logs. */
  readonly recordBytes: number;
}

const columns = {
  ...{ weight: true, concurrentBuilds: true, queuedBuilds: true, buildMinutes: true, cpus: true, memoryBytes: true },
  ...{ pids: true, diskBytes: true, timeoutMs: true, projects: true },
  ...{ imageBytes: true, cacheBytes: true, logBytes: true, deliveryBytes: true },
} as const;

/** Quotas and what is used of them. What takes bytes or time is read from counters, which triggers keep. */
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
    const bytes = ['imageBytes', 'stagedBytes', 'cacheBytes', 'logBytes', 'recordBytes', 'deliveryBytes'] as const;
    const [row] = await this.db.prisma.$queryRaw<QuotaUsage[]>`
      SELECT
        (SELECT count(*) FROM project p WHERE p.organization_id = o.id AND p.deleted_at IS NULL)::float8 AS "projects",
        (SELECT count(*) FROM attempt a JOIN build b ON b.id = a.build_id
          WHERE a.state IN ('dispatched', 'claimed') AND b.organization_id = o.id)::float8 AS "concurrentBuilds",
        (SELECT count(*) FROM build b WHERE b.status = 'queued' AND b.organization_id = o.id)::float8 AS "queuedBuilds",
        ${minutesOfMonth()} AS "buildMinutes", counted.*
      FROM organization o CROSS JOIN LATERAL (
        SELECT ${Prisma.join(bytes.map((kind) => Prisma.sql`coalesce(sum(amount) FILTER (WHERE kind = ${kind}), 0)::float8 AS ${Prisma.raw(`"${kind}"`)}`))}
        FROM ${countedRows(Prisma.sql`o.id`, bytes)} AS parts) counted
      WHERE o.id = ${organizationId}`;
    if (!row) return { ...zeroUsage };
    return { ...row, imageBytes: row.imageBytes + row.stagedBytes, logBytes: row.logBytes + row.recordBytes };
  }

  /** Bytes of deliveries that the organization of a project has, and may have; null where nothing bounds them. */
  async deliveryBytes(projectId: string): Promise<{ readonly used: number; readonly limit: number } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ limit: number | null; used: number }[]>`
      SELECT coalesce(q.delivery_bytes, d.delivery_bytes)::float8 AS limit,
        CASE WHEN coalesce(q.delivery_bytes, d.delivery_bytes) IS NULL THEN 0
          ELSE (SELECT coalesce(sum(amount), 0) FROM ${countedRows(Prisma.sql`p.organization_id`, ['deliveryBytes'])} AS parts) END::float8 AS used
      FROM project p LEFT JOIN quota q ON q.scope = p.organization_id LEFT JOIN quota d ON d.scope = ${installationScope}
      WHERE p.id = ${projectId}::uuid`;
    return row === undefined || row.limit === null ? null : { used: row.used, limit: row.limit };
  }

  /** Bytes of images of the organization, and of what is staged, without those of one digest in one project: what a push is added to. */
  async imageBytesBeside(organizationId: string, projectId: string, digest: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ bytes: number }[]>`
      SELECT (coalesce(sum(amount), 0)
        - coalesce((SELECT i.size_bytes FROM image i WHERE i.project_id = ${projectId}::uuid AND i.digest = ${digest}), 0)
        - (SELECT coalesce(sum(s.bytes), 0) FROM staged_image s WHERE s.project_id = ${projectId}::uuid AND s.digest = ${digest})
        - coalesce((SELECT m.bytes FROM mounted_image m WHERE m.project_id = ${projectId}::uuid AND m.digest = ${digest}), 0))::float8 AS bytes
      FROM ${countedRows(Prisma.sql`${organizationId}`, ['imageBytes', 'stagedBytes'])} AS parts`;
    return row!.bytes;
  }

  /** Minutes in which builds held slots, of each day in UTC that had some, the oldest first. */
  async minutesByDay(
    organizationId: string,
    days: number,
  ): Promise<{ readonly day: string; readonly minutes: number }[]> {
    const since = new Date(Date.now() - days * 86_400_000);
    return this.db.prisma.$queryRaw`
      SELECT to_char(day, 'YYYY-MM-DD') AS day, sum(amount)::float8 / 60000 AS minutes FROM (
        SELECT day, amount FROM ${countedRows(Prisma.sql`${organizationId}`, ['buildMs'], since)} AS parts
        UNION ALL
        SELECT (a.claimed_at AT TIME ZONE 'UTC')::date, extract(epoch FROM now() - a.claimed_at) * 1000
        FROM attempt a JOIN build b ON b.id = a.build_id
        WHERE b.organization_id = ${organizationId} AND a.claimed_at > ${since} AND ${isUnderWay}) AS all_parts
      GROUP BY 1 HAVING sum(amount) > 0 ORDER BY 1`;
  }
}

const zeroUsage: QuotaUsage = {
  ...{ projects: 0, concurrentBuilds: 0, queuedBuilds: 0, buildMinutes: 0 },
  ...{ imageBytes: 0, stagedBytes: 0, cacheBytes: 0, logBytes: 0, recordBytes: 0, deliveryBytes: 0 },
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
