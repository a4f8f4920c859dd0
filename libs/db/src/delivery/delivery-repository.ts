import type { ClaimedRepository } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { promise } from '../outbox/outbox-repository.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import type { ProjectPlace } from '../project/rule-repository.js';
import { deliveryAnnouncement } from './delivery-announcement.js';
import { type DeliveryFilter, newestIds } from './delivery-list.js';
import { type DeliveryContent, type DeliveryRecord, deliveryColumns, toDeliveryRecord } from './delivery-record.js';

/** A person's wish for a build, recorded as a delivery so that it takes the same road as a push. */
export interface ManualStart {
  readonly ref: string;
  readonly ruleId: string | null;
  /** Builds the ref as if strangers had pushed it. */
  readonly zone: 'fork' | null;
  /** The branch that it is to be merged into; full ref. */
  readonly targetRef: string | null;
  /** Reads no cache. */
  readonly noCache: boolean;
}

/** Deliveries as people see them. */
export class DeliveryRepository {
  constructor(private readonly db: Database) {}

  /** Newest first, bounded to organizations. One descent of an index for each of their projects, at any depth. */
  async list(
    organizationIds: readonly string[],
    filter: DeliveryFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<DeliveryRecord>> {
    const ids = await newestIds(this.db.prisma, organizationIds, filter, query);
    const rows = await this.db.prisma.delivery.findMany({
      where: { id: { in: ids } },
      select: deliveryColumns,
      orderBy: { id: 'desc' },
    });
    const numbers = await buildNumbers(this.db.prisma, rows);
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => toDeliveryRecord(row, numbers),
    );
  }

  /** Bounded to organizations: somebody else's delivery is not there. */
  async find(
    id: string,
    organizationIds: readonly string[],
  ): Promise<(DeliveryRecord & { readonly organizationId: string }) | null> {
    const row = await this.db.prisma.delivery.findFirst({
      where: { id, project: { organizationId: { in: [...organizationIds] }, deletedAt: null } },
      select: {
        ...deliveryColumns,
        project: { select: { ...deliveryColumns.project.select, organizationId: true } },
      },
    });
    if (!row) return null;
    const { organizationId } = row.project;
    return { ...toDeliveryRecord(row, await buildNumbers(this.db.prisma, [row])), organizationId };
  }

  /** Headers and body as they arrived. The caller has found the delivery before. */
  async content(id: string): Promise<DeliveryContent | null> {
    const row = await this.db.prisma.delivery.findUnique({ where: { id }, select: { headers: true, body: true } });
    return row && { headers: row.headers as Record<string, string>, body: row.body };
  }

  /** Length of a body; 0 for a delivery that is gone. */
  async bodyBytes(id: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ bytes: number }[]>`
      SELECT octet_length(body) AS bytes FROM delivery WHERE id = ${id}::uuid`;
    return row?.bytes ?? 0;
  }

  /** Headers, and the body unless it is longer than `maxBytes`. A longer one is not even read from the disk. */
  async boundedContent(
    id: string,
    maxBytes: number,
  ): Promise<{ readonly headers: Readonly<Record<string, string>>; readonly body: Uint8Array | null } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ headers: Record<string, string>; body: Uint8Array | null }[]>`
      SELECT headers, CASE WHEN octet_length(body) <= ${maxBytes} THEN body END AS body
      FROM delivery WHERE id = ${id}::uuid`;
    return row ?? null;
  }

  /** Evaluates a delivery's ref once more, as a new delivery. Null when the first one is gone. */
  async replay(id: string, place: ProjectPlace, actor: Actor): Promise<string | null> {
    return this.db.transaction(async (tx) => {
      const first = await tx.delivery.findFirst({ where: { id, projectId: place.projectId } });
      if (!first) return null;
      const { forge, eventName, proof, ref, before, after, repository, headers, body } = first;
      const copy = {
        ...{ forge, eventName, proof, ref, before, after, body },
        repository: repository as unknown as ClaimedRepository | null,
        headers: headers as Record<string, string>,
      };
      return insertAsked(tx, place, actor, 'delivery.replay', { ...copy, replayOf: first.replayOf ?? first.id });
    });
  }

  /** A delivery that asks for a build of a ref. */
  async start(place: ProjectPlace, start: ManualStart, actor: Actor): Promise<string> {
    const { ruleId, zone, targetRef, noCache } = start;
    const body = Buffer.from(JSON.stringify({ ruleId, zone, targetRef, noCache, actor: actor.name }));
    const proof = actor.kind === 'token' ? 'token' : 'session';
    return this.db.transaction((tx) =>
      insertAsked(tx, place, actor, 'build.start', {
        ...{ forge: 'generic', eventName: 'manual', proof, before: null, after: null },
        ...{ repository: null, headers: {}, replayOf: null },
        ref: start.ref,
        ...{ zone, noCache },
        body,
      }),
    );
  }
}

interface AskedDelivery {
  readonly forge: string;
  readonly eventName: string;
  readonly proof: string;
  readonly ref: string | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly repository: ClaimedRepository | null;
  readonly headers: Record<string, string>;
  readonly body: Uint8Array;
  /** For the audit. */
  readonly zone?: ManualStart['zone'];
  readonly noCache?: boolean;
  readonly replayOf: string | null;
}

async function insertAsked(
  tx: Queryable,
  place: ProjectPlace,
  actor: Actor,
  action: string,
  { zone = null, noCache = false, repository, ...delivery }: AskedDelivery,
): Promise<string> {
  const id = newId();
  const { projectId, organizationId } = place;
  const body = Buffer.from(delivery.body);
  await tx.delivery.create({
    data: {
      ...delivery,
      ...{ id, projectId, deliveryKey: id, status: 'received', sender: actor.name, body },
      repository: repository === null ? Prisma.DbNull : { ...repository, addresses: [...repository.addresses] },
    },
  });
  await promise(tx, 'evaluate', id, projectId);
  await tx.$executeRaw`
    SELECT ${Prisma.raw(deliveryAnnouncement('asked'))} FROM (SELECT ${projectId}::uuid AS project_id) AS asked`;
  const after = {
    projectId,
    ref: delivery.ref,
    replayOf: delivery.replayOf,
    ...(zone && { zone }),
    ...(noCache && { noCache }),
  };
  await writeAudit(tx, actor, { organizationId, action, subjectKind: 'delivery', subjectId: id, after });
  return id;
}

async function buildNumbers(
  tx: Queryable,
  rows: readonly { readonly verdicts: readonly { readonly buildId: string | null }[] }[],
): Promise<Map<string, number>> {
  const ids = rows.flatMap((row) => row.verdicts.flatMap(({ buildId }) => (buildId === null ? [] : [buildId])));
  if (ids.length === 0) return new Map();
  const builds = await tx.build.findMany({ where: { id: { in: ids } }, select: { id: true, number: true } });
  return new Map(builds.map(({ id, number }) => [id, number]));
}
