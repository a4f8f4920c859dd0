import { isIP } from 'node:net';
import { type ChainBreak, type ChainHead, chainStart, inTurns, linkBreak, type Sliced } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { idFloor } from '../new-id.js';
import type { KeysetPage, KeysetQuery } from '../page.js';
import { type AuditRecord, auditColumns, chainOf, toAuditRecord } from './audit-record.js';
import { nextEntries } from './audit-walk.js';
import { type AuditFacts, writeAudit } from './write-audit.js';

export interface AuditFilter {
  readonly actorId?: string;
  /** A whole action (`project.change`), or what it is about (`project`). */
  readonly action?: string;
  readonly subjectId?: string;
  readonly projectId?: string;
  readonly since?: Date;
}

export type ChainCheck =
  | { readonly ok: true; readonly head: ChainHead }
  | { readonly ok: false; readonly head: ChainHead; readonly at: number; readonly reason: ChainBreak };

/** Most entries that one query of a check or a download reads. */
const batchSize = 500;
/** What is checked at a time: to read it is work in one piece. */
const batchBytes = 512 * 1024;

/** The audit of an organization, or of the installation (null). Nothing here changes what is written. */
export class AuditRepository {
  constructor(private readonly db: Database) {}

  /** Newest first. A page may have fewer entries than its limit where they are large, and goes on behind them. */
  async list(
    organizationId: string | null,
    filter: AuditFilter,
    { after, limit }: KeysetQuery,
  ): Promise<KeysetPage<AuditRecord>> {
    const where = conditionsOf(filter);
    const { ids, hasMore } = await nextEntries(this.db.prisma, { organizationId, by: 'id', after, where, limit });
    const items = await this.read(ids, { id: 'desc' });
    return { items, next: hasMore ? ids.at(-1)! : null };
  }

  /** What people call the subjects of these entries, by id; those that are gone have no name. */
  async subjectNames(records: readonly AuditRecord[]): Promise<ReadonlyMap<string, string>> {
    const idsOf = (...kinds: string[]) =>
      records.flatMap(({ subject }) => (kinds.includes(subject.kind) ? [subject.id] : []));
    const projectIds = records.flatMap(({ project }) => project ?? []);
    const [users, projects, builds] = await Promise.all([
      this.db.prisma.user.findMany({
        where: { id: { in: idsOf('member', 'user') } },
        select: { id: true, name: true },
      }),
      this.db.prisma.project.findMany({ where: { id: { in: projectIds } }, select: { id: true, slug: true } }),
      this.db.prisma.build.findMany({ where: { id: { in: idsOf('build') } }, select: { id: true, number: true } }),
    ]);
    return new Map([
      ...users.map(({ id, name }) => [id, name] as const),
      ...projects.map(({ id, slug }) => [id, slug] as const),
      ...builds.map(({ id, number }) => [id, `#${number}`] as const),
    ]);
  }

  /**
   * Whether somebody with this mail address has signed in from this address within `days`; for IPv6 from its /64. Entries of the
   * audit are never deleted, so this holds when the session is long over.
   */
  async hasSignedInFrom(email: string, address: string, days: number): Promise<boolean> {
    if (isIP(address) === 0) return false;
    const network = isIP(address) === 6 ? `${address.split('%')[0]}/64` : address;
    const rows = await this.db.prisma.$queryRaw<unknown[]>`
      SELECT 1 FROM "user" u JOIN audit_entry a ON a.organization_id IS NULL AND a.actor_id = u.id
      WHERE u.email = ${email.trim().toLowerCase()} AND a.action = 'session.start'
        AND a.at > now() - ${days} * interval '1 day'
        AND CASE WHEN pg_input_is_valid(a.ip, 'inet') THEN a.ip::inet <<= network(${network}::inet) ELSE false END
      LIMIT 1`;
    return rows.length > 0;
  }

  /** All that matches, newest first, a batch at a time. */
  async *all(organizationId: string | null, filter: AuditFilter): AsyncGenerator<readonly AuditRecord[]> {
    for (let after: string | null = null; ; ) {
      const page: KeysetPage<AuditRecord> = await this.list(organizationId, filter, { after, limit: batchSize });
      yield page.items;
      if (page.next === null) return;
      after = page.next;
    }
  }

  /** Goes through the whole chain, from its first entry to the head. */
  async check(organizationId: string | null): Promise<ChainCheck> {
    const chain = chainOf(organizationId);
    // Read first: what is added meanwhile stands behind it.
    const end = await this.head(chain);
    let head = chainStart(chain);
    while (head.number < end.number) {
      const entries = await this.batch(organizationId, head.number);
      if (entries.length === 0) return { ok: false, head: end, at: head.number + 1, reason: 'cut_off' };
      const followed = await inTurns(follow(chain, head, entries, end));
      if ('reason' in followed) return { ok: false, head: end, ...followed };
      head = followed;
    }
    return this.checkOutside(organizationId, end);
  }

  /** An entry of its own, for a change that the sign-in library has made already. */
  async write(actor: Actor, facts: AuditFacts): Promise<void> {
    await this.db.transaction((tx) => writeAudit(tx, actor, facts));
  }

  private async head(chain: string): Promise<ChainHead> {
    const row = await this.db.prisma.auditChain.findUnique({ where: { chain } });
    return row ? { number: row.number, hash: Buffer.from(row.hash).toString('hex') } : chainStart(chain);
  }

  private async batch(organizationId: string | null, after: number): Promise<AuditRecord[]> {
    const walk = { organizationId, by: 'number', after, limit: batchSize, maxBytes: batchBytes } as const;
    const { ids } = await nextEntries(this.db.prisma, walk);
    return this.read(ids, { number: 'asc' });
  }

  private async read(
    ids: readonly string[],
    orderBy: Prisma.AuditEntryOrderByWithRelationInput,
  ): Promise<AuditRecord[]> {
    const where = { id: { in: [...ids] } };
    const rows = await this.db.prisma.auditEntry.findMany({ where, select: auditColumns, orderBy });
    return rows.map(toAuditRecord);
  }

  /** Entries without a number are older than every chain; a younger one was not written by us. */
  private async checkOutside(organizationId: string | null, end: ChainHead): Promise<ChainCheck> {
    const first = await this.db.prisma.auditEntry.findFirst({
      where: { organizationId, number: 1 },
      select: { id: true },
    });
    const outside = await this.db.prisma.auditEntry.findFirst({
      where: { organizationId, number: null, ...(first && { id: { gt: first.id } }) },
      select: { id: true },
    });
    return first && outside ? { ok: false, head: end, at: 1, reason: 'added_outside' } : { ok: true, head: end };
  }
}

/** Goes on from `head` through entries. @returns the last of them, or the first that does not follow and why */
function* follow(
  chain: string,
  from: ChainHead,
  entries: readonly AuditRecord[],
  end: ChainHead,
): Sliced<ChainHead | { readonly at: number; readonly reason: ChainBreak }> {
  let head = from;
  for (const { number, hash, ...entry } of entries) {
    const chained = { ...entry, chain, number: number!, hash: hash ?? '' };
    const reason = linkBreak(head, chained);
    if (reason !== null) return { at: head.number + 1, reason };
    head = { number: chained.number, hash: chained.hash };
    if (head.number === end.number && head.hash !== end.hash) return { at: head.number, reason: 'changed' };
    // Entries of before they were bounded may be large.
    yield;
  }
  return head;
}

function conditionsOf({ actorId, action, subjectId, projectId, since }: AuditFilter): Prisma.Sql {
  const conditions = [
    ...(actorId === undefined ? [] : [Prisma.sql`AND e.actor_id = ${actorId}`]),
    ...(action === undefined ? [] : [Prisma.sql`AND (e.action = ${action} OR starts_with(e.action, ${`${action}.`}))`]),
    ...(subjectId === undefined ? [] : [Prisma.sql`AND e.subject_id = ${subjectId}`]),
    ...(projectId === undefined ? [] : [Prisma.sql`AND e.project_id = ${projectId}::uuid`]),
    ...(since === undefined ? [] : [Prisma.sql`AND e.id >= ${idFloor(since)}::uuid`]),
  ];
  return conditions.length === 0 ? Prisma.empty : Prisma.join(conditions, ' ');
}
