import type { CachePolicy, Rule } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import { type Database, isUniqueViolation, type Queryable } from '../database.js';
import { newId } from '../new-id.js';

export type RuleSettings = Omit<Rule, 'id'> & {
  /** Its builds begin before those of lower ones of the same organization; 0 where it is left out. */
  readonly priority?: number;
};

export interface RuleRecord extends Rule {
  readonly priority: number;
  readonly projectId: string;
  readonly createdAt: Date;
}

/** Where a change belongs to; the caller has checked that the project is the actor's. */
export interface ProjectPlace {
  readonly projectId: string;
  readonly organizationId: string;
}

const columns = {
  id: true,
  projectId: true,
  name: true,
  enabled: true,
  refKind: true,
  refPattern: true,
  includePaths: true,
  excludePaths: true,
  tags: true,
  cachePolicy: true,
  priority: true,
  createdAt: true,
} as const;

export type RuleOutcome =
  | { readonly ok: true; readonly rule: RuleRecord }
  | { readonly ok: false; readonly reason: 'not_found' | 'name_taken' };

/** Rules of one project, in the order in which they are judged. */
export class RuleRepository {
  constructor(private readonly db: Database) {}

  async list(projectId: string): Promise<RuleRecord[]> {
    const rows = await this.db.prisma.rule.findMany({
      where: { projectId },
      select: columns,
      orderBy: [{ position: 'asc' }, { id: 'asc' }],
      take: 200,
    });
    return rows.map(toRecord);
  }

  async find(id: string, projectId: string): Promise<RuleRecord | null> {
    const row = await this.db.prisma.rule.findFirst({ where: { id, projectId }, select: columns });
    return row && toRecord(row);
  }

  async create(place: ProjectPlace, rule: RuleSettings, actor: Actor): Promise<RuleOutcome> {
    return nameTakenAsOutcome(() =>
      this.db.transaction(async (tx) => {
        const position = await tx.rule.count({ where: { projectId: place.projectId } });
        const record = await insertRule(tx, place.projectId, rule, position);
        await auditRule(tx, actor, place, record.id, 'rule.create', undefined, rule);
        return { ok: true, rule: record };
      }),
    );
  }

  async update(place: ProjectPlace, id: string, changes: Partial<RuleSettings>, actor: Actor): Promise<RuleOutcome> {
    return nameTakenAsOutcome(() =>
      this.db.transaction(async (tx): Promise<RuleOutcome> => {
        const before = await tx.rule.findFirst({ where: { id, projectId: place.projectId }, select: columns });
        if (!before) return { ok: false, reason: 'not_found' };
        const row = await tx.rule.update({ where: { id }, data: listsCopied(changes), select: columns });
        await auditRule(tx, actor, place, id, 'rule.change', before, changes);
        return { ok: true, rule: toRecord(row) };
      }),
    );
  }

  /** False when there is no such rule. */
  async remove(place: ProjectPlace, id: string, actor: Actor): Promise<boolean> {
    return this.db.transaction(async (tx) => {
      const before = await tx.rule.findFirst({ where: { id, projectId: place.projectId }, select: columns });
      const { count } = await tx.rule.deleteMany({ where: { id, projectId: place.projectId } });
      if (!before || count === 0) return false;
      await auditRule(tx, actor, place, id, 'rule.delete', before, undefined);
      return true;
    });
  }
}

/** @internal */
export async function insertRule(
  tx: Queryable,
  projectId: string,
  rule: RuleSettings,
  position: number,
): Promise<RuleRecord> {
  const lists = {
    includePaths: [...rule.includePaths],
    excludePaths: [...rule.excludePaths],
    tags: [...rule.tags],
  };
  return toRecord(
    await tx.rule.create({ data: { ...rule, ...lists, id: newId(), projectId, position }, select: columns }),
  );
}

function listsCopied(rule: Partial<RuleSettings>) {
  const { includePaths, excludePaths, tags, ...others } = rule;
  return {
    ...others,
    ...(includePaths && { includePaths: [...includePaths] }),
    ...(excludePaths && { excludePaths: [...excludePaths] }),
    ...(tags && { tags: [...tags] }),
  };
}

type RuleRow = Omit<RuleRecord, 'refKind' | 'cachePolicy'> & { readonly refKind: string; readonly cachePolicy: string };

function toRecord(row: RuleRow): RuleRecord {
  return { ...row, refKind: row.refKind === 'tag' ? 'tag' : 'branch', cachePolicy: row.cachePolicy as CachePolicy };
}

async function nameTakenAsOutcome(work: () => Promise<RuleOutcome>): Promise<RuleOutcome> {
  try {
    return await work();
  } catch (error) {
    if (isUniqueViolation(error)) return { ok: false, reason: 'name_taken' };
    throw error;
  }
}

async function auditRule(
  tx: Queryable,
  actor: Actor,
  place: ProjectPlace,
  ruleId: string,
  action: string,
  before: object | undefined,
  after: object | undefined,
): Promise<void> {
  await writeAudit(tx, actor, {
    organizationId: place.organizationId,
    action,
    subjectKind: 'rule',
    subjectId: ruleId,
    before: before && { projectId: place.projectId, ...before },
    after: after && { projectId: place.projectId, ...after },
  });
}
