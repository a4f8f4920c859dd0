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
import { storedDeliveryBytes } from './delivery-size.js';
import { allVerdicts, listedVerdicts, shownVerdicts } from './shown-verdicts.js';

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

  /** Newest first, bounded to organizations, with a few verdicts each. One descent of an index for each of their projects, at any depth. */
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
    const verdicts = await shownVerdicts(this.db.prisma, ids, listedVerdicts);
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => toDeliveryRecord(row, verdicts),
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
    return { ...toDeliveryRecord(row, await shownVerdicts(this.db.prisma, [id], allVerdicts)), organizationId };
  }

  /** Headers, and at most the first `maxBytes` of the body. The caller has found the delivery before. */
  async content(id: string, maxBytes: number): Promise<DeliveryContent | null> {
    const [row] = await this.db.prisma.$queryRaw<DeliveryContent[]>`
      SELECT headers, substring(body FROM 1 FOR ${maxBytes}::int) AS "bodyHead", octet_length(body) AS "bodyBytes"
      FROM delivery WHERE id = ${id}::uuid`;
    return row ?? null;
  }

  /** At most `maxBytes` of a body from the byte `from` on; empty beyond its end. Null when the delivery is gone. */
  async bodyPart(id: string, from: number, maxBytes: number): Promise<Uint8Array | null> {
    const [row] = await this.db.prisma.$queryRaw<{ part: Uint8Array }[]>`
      SELECT substring(body FROM ${from + 1}::int FOR ${maxBytes}::int) AS part FROM delivery WHERE id = ${id}::uuid`;
    return row?.part ?? null;
  }

  /** Bytes of a delivery for the quota of its organization; 0 for one that is gone. */
  async storedBytes(id: string): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<Pick<DeliveryContent, 'headers' | 'bodyBytes'>[]>`
      SELECT headers, octet_length(body) AS "bodyBytes" FROM delivery WHERE id = ${id}::uuid`;
    return row ? storedDeliveryBytes(row.headers, row.bodyBytes) : 0;
  }

  /** The zone that a start by hand asked for, also of a replay of it. Null for every other delivery, and where the ref decides. */
  async askedZone(id: string): Promise<ManualStart['zone']> {
    const row = await this.db.prisma.delivery.findFirst({ where: { id, eventName: 'manual' }, select: { body: true } });
    const { zone = null } = row ? (JSON.parse(Buffer.from(row.body).toString('utf8')) as Partial<ManualStart>) : {};
    return zone;
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

  /** Evaluates a delivery's ref once more, as a new delivery. The database copies the body. Null when the first one is gone. */
  async replay(id: string, place: ProjectPlace, actor: Actor): Promise<string | null> {
    return this.db.transaction(async (tx) => {
      const copyId = newId();
      const [copy] = await tx.$queryRaw<{ ref: string | null; replayOf: string }[]>`
        INSERT INTO delivery (id, project_id, delivery_key, status, sender, forge, event_name, proof, ref, before, after, repository,
          headers, body, replay_of)
        SELECT ${copyId}::uuid, project_id, ${copyId}, 'received', ${actor.name}, forge, event_name, proof, ref, before, after,
          repository, headers, body, coalesce(replay_of, id)
        FROM delivery WHERE id = ${id}::uuid AND project_id = ${place.projectId}::uuid
        RETURNING ref, replay_of::text AS "replayOf"`;
      if (!copy) return null;
      await announceRequested(tx, place, actor, 'delivery.replay', { id: copyId, ...copy });
      return copyId;
    });
  }

  /** A delivery that asks for a build of a ref. */
  async start(place: ProjectPlace, start: ManualStart, actor: Actor): Promise<string> {
    const { ruleId, zone, targetRef, noCache } = start;
    const body = Buffer.from(JSON.stringify({ ruleId, zone, targetRef, noCache, actor: actor.name }));
    const proof = actor.kind === 'token' ? 'token' : 'session';
    const { projectId } = place;
    return this.db.transaction(async (tx) => {
      const id = newId();
      await tx.delivery.create({
        data: {
          ...{ id, projectId, deliveryKey: id, status: 'received', sender: actor.name, forge: 'generic' },
          ...{ eventName: 'manual', proof, ref: start.ref, headers: {}, body },
        },
      });
      await announceRequested(tx, place, actor, 'build.start', {
        ...{ id, ref: start.ref, replayOf: null },
        ...(zone && { zone }),
        ...(noCache && { noCache }),
      });
      return id;
    });
  }
}

interface RequestedDelivery {
  readonly id: string;
  readonly ref: string | null;
  readonly replayOf: string | null;
  readonly zone?: NonNullable<ManualStart['zone']>;
  readonly noCache?: true;
}

/** Has a delivery that a person requested evaluated, and writes it into the audit. */
async function announceRequested(
  tx: Queryable,
  { projectId, organizationId }: ProjectPlace,
  actor: Actor,
  action: string,
  { id, ...facts }: RequestedDelivery,
): Promise<void> {
  await promise(tx, 'evaluate', id, projectId);
  await tx.$executeRaw`
    SELECT ${Prisma.raw(deliveryAnnouncement('asked'))} FROM (SELECT ${projectId}::uuid AS project_id) AS asked`;
  const after = { projectId, ...facts };
  await writeAudit(tx, actor, { organizationId, action, subjectKind: 'delivery', subjectId: id, after });
}
