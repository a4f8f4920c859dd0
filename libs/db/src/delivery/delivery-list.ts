import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { KeysetQuery } from '../page.js';

/** What came of a delivery, as lists are narrowed by it. */
export type DeliveryOutcome = 'built' | 'nothing' | 'waiting' | 'failed' | 'ignored';

export interface DeliveryFilter {
  readonly projectId?: string;
  readonly outcome?: DeliveryOutcome;
}

const madeABuild = Prisma.sql`EXISTS (SELECT 1 FROM verdict v WHERE v.delivery_id = d.id AND v.build_id IS NOT NULL)`;
const conditions: Readonly<Record<DeliveryOutcome, Prisma.Sql>> = {
  built: Prisma.sql`d.status = 'evaluated' AND ${madeABuild}`,
  nothing: Prisma.sql`d.status = 'evaluated' AND NOT ${madeABuild}`,
  waiting: Prisma.sql`d.status IN ('received', 'evaluating')`,
  failed: Prisma.sql`d.status = 'failed'`,
  ignored: Prisma.sql`d.status = 'ignored'`,
};

/** Ids of one page and one more. Each project has its own descent of an index, so that a quiet one is as quick as a loud one. */
export async function newestIds(
  db: Queryable,
  organizationIds: readonly string[],
  { projectId, outcome }: DeliveryFilter,
  { after, limit }: KeysetQuery,
): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`
    SELECT newest.id::text FROM project p CROSS JOIN LATERAL (
      SELECT d.id FROM delivery d WHERE d.project_id = p.id
        ${after === null ? Prisma.empty : Prisma.sql`AND d.id < ${after}::uuid`}
        ${outcome === undefined ? Prisma.empty : Prisma.sql`AND ${conditions[outcome]}`}
      ORDER BY d.id DESC LIMIT ${limit + 1}) newest
    WHERE p.organization_id = ANY(${[...organizationIds]}) AND p.deleted_at IS NULL
      ${projectId === undefined ? Prisma.empty : Prisma.sql`AND p.id = ${projectId}::uuid`}
    ORDER BY newest.id DESC LIMIT ${limit + 1}`;
  return rows.map(({ id }) => id);
}
