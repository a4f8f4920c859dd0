import type { RetentionPolicy } from '@cooperage/domain';
import { deliveryRowBytes } from '../delivery/delivery-size.js';
import { Prisma } from '../generated/client.js';
import { collectableBuild, collectableDelivery, collectableLog } from './retention-guards.js';

/** What one reason selects: id, project, label, time and bytes of each row. */
export interface Selection {
  readonly kind: 'build' | 'log' | 'delivery';
  /** Rows `id, project_id, label, at, bytes`, the oldest first. */
  readonly rows: Prisma.Sql;
}

/** Rows without a candidate yet; one that a person kept has its row, so the age never selects it again. */
const withoutCandidate = (kind: string, row: Prisma.Sql) => Prisma.sql`NOT EXISTS (
  SELECT 1 FROM retention_candidate c WHERE c.project_id = ${row}.project_id AND c.kind = ${kind} AND c.subject = ${row}.id::text)`;

/** Bytes of the text, from the attempts. A log may have tens of thousands of parts, too many to be read for each build. */
const logBytes = Prisma.sql`(SELECT coalesce(sum(a.log_bytes), 0) FROM attempt a WHERE a.build_id = b.id)`;

/** The kinds that a policy deletes by age, with their days; a kind with 0 days is kept for ever. */
export function agesOf({ buildDays, logDays, deliveryDays }: RetentionPolicy): [Selection['kind'], number][] {
  const all: [Selection['kind'], number][] = [
    ['build', buildDays],
    ['log', logDays],
    ['delivery', deliveryDays],
  ];
  return all.filter(([, days]) => days > 0);
}

/** Part of a table, by the ids of its rows. Null is its beginning or its end. */
export interface Window {
  readonly after: string | null;
  readonly upTo: string | null;
}

const everything: Window = { after: null, upTo: null };

/** SQL: id of the row that ends a window of `size` rows behind `after`; none if fewer rows are left. */
export function windowEnd(
  kind: Selection['kind'],
  organizationId: string,
  after: string | null,
  size: number,
): Prisma.Sql {
  const behind = Prisma.sql`(${after}::uuid IS NULL OR id > ${after}::uuid) ORDER BY id LIMIT 1 OFFSET ${size - 1}`;
  return kind === 'delivery'
    ? Prisma.sql`SELECT id::text FROM delivery WHERE project_id IN (${projectsOf(organizationId)}) AND ${behind}`
    : Prisma.sql`SELECT id::text FROM build WHERE organization_id = ${organizationId} AND ${behind}`;
}

function projectsOf(organizationId: string): Prisma.Sql {
  return Prisma.sql`SELECT id FROM project WHERE organization_id = ${organizationId} AND deleted_at IS NULL`;
}

/** Builds and their logs that ended more than `days` days ago, or deliveries of that age. `days` is above 0. */
export function selectOlder(
  kind: Selection['kind'],
  organizationId: string,
  days: number,
  limit: number,
  { after, upTo }: Window = everything,
): Selection {
  const project = projectsOf(organizationId);
  const before = Prisma.sql`now() - ${days} * interval '1 day'`;
  const within = (id: Prisma.Sql) =>
    Prisma.sql`(${after}::uuid IS NULL OR ${id} > ${after}::uuid) AND (${upTo}::uuid IS NULL OR ${id} <= ${upTo}::uuid)`;
  if (kind === 'delivery')
    return {
      kind,
      rows: Prisma.sql`
        SELECT d.id, d.project_id, d.event_name AS label, d.received_at AS at,
          (octet_length(d.body) + octet_length(d.headers::text) + ${deliveryRowBytes})::bigint AS bytes
        FROM delivery d
        WHERE d.project_id IN (${project}) AND ${within(Prisma.sql`d.id`)} AND d.received_at < ${before} AND ${collectableDelivery}
          AND ${withoutCandidate(kind, Prisma.sql`d`)}
        ORDER BY d.id LIMIT ${limit}`,
    };
  const guard = kind === 'build' ? collectableBuild : collectableLog;
  return {
    kind,
    rows: Prisma.sql`
      SELECT b.id, b.project_id, '#' || b.number AS label, b.finished_at AS at, ${logBytes}::bigint AS bytes
      FROM build b
      WHERE b.organization_id = ${organizationId} AND b.project_id IN (${project}) AND ${within(Prisma.sql`b.id`)}
        AND b.finished_at < ${before}
        AND ${guard} AND ${withoutCandidate(kind, Prisma.sql`b`)}
      ORDER BY b.id LIMIT ${limit}`,
  };
}
