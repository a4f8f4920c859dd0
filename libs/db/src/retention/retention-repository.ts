import type { RetentionPolicy, RetentionState } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import type { Database, Queryable } from '../database.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { mostTagsOfDeletion, type RetentionRecord, toRetentionRecord, withProject } from './retention-record.js';
import { agesOf, type Selection, selectOlder } from './retention-selection.js';

/** A dry run counts no further than this. */
export const mostPreviewed = 5_000;
const mostShown = 20;
/** Tags of each deletion in a list: an image may have thousands. */
const mostListedTags = 20;

/** What a policy would select now, of one kind. */
export interface RetentionPreview {
  readonly kind: Selection['kind'];
  /** At most `mostPreviewed`. */
  readonly count: number;
  readonly bytes: number;
  readonly oldestAt: Date | null;
  readonly items: readonly {
    readonly id: string;
    readonly projectId: string;
    readonly label: string;
    readonly at: Date;
  }[];
}

const noTags: Pick<RetentionRecord, 'tags' | 'tagsLeftOut'> = { tags: [], tagsLeftOut: 0 };

/** The deletions of an organization: a dry run, the list, and undo. */
export class RetentionRepository {
  constructor(private readonly db: Database) {}

  /** Selects as the engine would, and changes nothing. Kinds that are kept for ever are left out. */
  async preview(organizationId: string, policy: RetentionPolicy): Promise<RetentionPreview[]> {
    return Promise.all(
      agesOf(policy).map(([kind, days]) => this.previewOf(selectOlder(kind, organizationId, days, mostPreviewed))),
    );
  }

  /** Newest first, each with its first tags. */
  async list(
    organizationId: string,
    states: readonly RetentionState[],
    query: KeysetQuery,
  ): Promise<KeysetPage<RetentionRecord>> {
    const rows = await this.db.prisma.retentionCandidate.findMany({
      where: {
        project: { organizationId },
        state: { in: [...states] },
        ...(query.after && { id: { lt: query.after } }),
      },
      include: withProject,
      omit: { tags: true },
      orderBy: { id: 'desc' },
      take: query.limit + 1,
    });
    const ids = rows.map(({ id }) => id);
    const tags = await firstTags(this.db.prisma, ids, mostListedTags);
    return toPage(
      rows,
      query.limit,
      ({ id }) => id,
      (row) => ({ ...toRetentionRecord({ ...row, tags: [] }), ...(tags.get(row.id) ?? noTags) }),
    );
  }

  /** The deletion of one subject in any state, with its first tags; null if there never was one. */
  async find(projectId: string, kind: string, subject: string): Promise<RetentionRecord | null> {
    const row = await this.db.prisma.retentionCandidate.findUnique({
      where: { projectId_kind_subject: { projectId, kind, subject } },
      include: withProject,
      omit: { tags: true },
    });
    return row && withFirstTags(this.db.prisma, row);
  }

  /** Calls a deletion off. `too_late` once it has begun; null if the organization has no such deletion. */
  async undo(organizationId: string, id: string, actor: Actor): Promise<RetentionRecord | 'too_late' | null> {
    return this.db.transaction(async (tx) => {
      const where = { id, project: { organizationId } };
      const found = await tx.retentionCandidate.findFirst({ where, select: { id: true } });
      if (!found) return null;
      const data = { state: 'kept', finishedAt: new Date(), message: `undone by ${actor.name}` };
      // The engine sets `deleting` before it deletes anything: this statement and that one exclude each other.
      const { count } = await tx.retentionCandidate.updateMany({ where: { id, state: 'scheduled' }, data });
      if (count === 0) return 'too_late';
      const row = await tx.retentionCandidate.findUniqueOrThrow({
        where: { id },
        include: withProject,
        omit: { tags: true },
      });
      await writeAudit(tx, actor, {
        ...{ organizationId, projectId: row.projectId, action: 'retention.undo' },
        ...{ subjectKind: row.kind, subjectId: row.subject },
        before: { state: 'scheduled', deleteAfter: row.deleteAfter.toISOString() },
        after: { state: 'kept' },
      });
      return withFirstTags(tx, row);
    });
  }

  private async previewOf({ kind, rows }: Selection): Promise<RetentionPreview> {
    const [found] = await this.db.prisma.$queryRaw<
      { count: number; bytes: number; oldestAt: Date | null; items: RetentionPreview['items'] | null }[]
    >`
      WITH selected AS (${rows})
      SELECT count(*)::int AS count, coalesce(sum(bytes), 0)::float8 AS bytes, min(at) AS "oldestAt",
        (SELECT json_agg(json_build_object('id', s.id, 'projectId', s.project_id, 'label', s.label, 'at', s.at))
          FROM (SELECT * FROM selected LIMIT ${mostShown}) s) AS items
      FROM selected`;
    const { count, bytes, oldestAt, items } = found!;
    return { kind, count, bytes, oldestAt, items: (items ?? []).map((item) => ({ ...item, at: new Date(item.at) })) };
  }
}

async function withFirstTags(
  db: Queryable,
  row: Omit<Parameters<typeof toRetentionRecord>[0], 'tags'>,
): Promise<RetentionRecord> {
  const tags = await firstTags(db, [row.id], mostTagsOfDeletion);
  return { ...toRetentionRecord({ ...row, tags: [] }), ...(tags.get(row.id) ?? noTags) };
}

/** @param most of each deletion */
async function firstTags(
  db: Queryable,
  ids: readonly string[],
  most: number,
): Promise<ReadonlyMap<string, typeof noTags>> {
  const rows = await db.$queryRaw<{ id: string; tags: string[]; left: number }[]>`
    SELECT id::text, tags[1:${most}] AS tags, greatest(cardinality(tags) - ${most}, 0)::int AS left
    FROM retention_candidate WHERE id = ANY (${[...ids]}::uuid[])`;
  return new Map(rows.map(({ id, tags, left }) => [id, { tags, tagsLeftOut: left }]));
}
