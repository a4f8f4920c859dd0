import { isIP } from 'node:net';
import { type ChainBreak, type ChainHead, chainStart, linkBreak } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import { idFloor } from '../new-id.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { type AuditRecord, auditColumns, chainOf, toAuditRecord } from './audit-record.js';
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

/** Entries that one query of a check or a download reads. */
const batchSize = 500;

/** The audit of an organization, or of the installation (null). Nothing here changes what is written. */
export class AuditRepository {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  async list(organizationId: string | null, filter: AuditFilter, query: KeysetQuery): Promise<KeysetPage<AuditRecord>> {
    const rows = await this.db.prisma.auditEntry.findMany({
      where: { AND: [{ organizationId }, conditionsOf(filter), query.after ? { id: { lt: query.after } } : {}] },
      select: auditColumns,
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    return toPage(rows, query.limit, (row) => row.id, toAuditRecord);
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
      for (const { number, hash, ...entry } of entries) {
        const chained = { ...entry, chain, number: number!, hash: hash ?? '' };
        const reason = linkBreak(head, chained);
        if (reason !== null) return { ok: false, head: end, at: head.number + 1, reason };
        head = chained;
        if (head.number === end.number && head.hash !== end.hash)
          return { ok: false, head: end, at: head.number, reason: 'changed' };
      }
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
    const rows = await this.db.prisma.auditEntry.findMany({
      where: { organizationId, number: { gt: after } },
      select: auditColumns,
      orderBy: { number: 'asc' },
      take: batchSize,
    });
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

function conditionsOf({ actorId, action, subjectId, projectId, since }: AuditFilter): Prisma.AuditEntryWhereInput {
  return {
    ...(actorId !== undefined && { actorId }),
    ...(action !== undefined && { OR: [{ action }, { action: { startsWith: `${action}.` } }] }),
    ...(subjectId !== undefined && { subjectId }),
    ...(projectId !== undefined && { projectId }),
    ...(since !== undefined && { id: { gte: idFloor(since) } }),
  };
}
