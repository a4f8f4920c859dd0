import {
  type CachePolicy,
  maxProjectRuleBytes,
  type Rule,
  type RuleSizeProblem,
  ruleSizeProblem,
} from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { writeAudit } from '../audit/write-audit.js';
import { type Database, isUniqueViolation, type Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import type { KeysetPage, KeysetQuery } from '../page.js';
import { lockProject } from './lock-project.js';

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
  | { readonly ok: false; readonly reason: 'not_found' | 'name_taken' | 'too_many' }
  | { readonly ok: false; readonly reason: 'too_large'; readonly problem: RuleSizeProblem };

/** Most rules of a project. */
export const maxRules = 100;

/** Bytes of the patterns and tags of a rule `r`, as `ruleBytes` of the domain counts them. */
const textBytes = Prisma.sql`(octet_length(r.ref_pattern) + octet_length(array_to_string(r.include_paths, ''))
  + octet_length(array_to_string(r.exclude_paths, '')) + octet_length(array_to_string(r.tags, '')))`;

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

  /** A page has at most `maxProjectRuleBytes` of patterns and tags, or one rule from before there was a bound. */
  async page(projectId: string, { after, limit }: KeysetQuery): Promise<KeysetPage<RuleRecord>> {
    const [position, id] = after?.split(' ') ?? [];
    const rows = await this.db.prisma.$queryRaw<(RuleRow & { position: number; rest: number })[]>`
      SELECT id::text, project_id::text AS "projectId", name, enabled, ref_kind AS "refKind", ref_pattern AS "refPattern",
        include_paths AS "includePaths", exclude_paths AS "excludePaths", tags, cache_policy AS "cachePolicy", priority,
        created_at AS "createdAt", position, rest
      FROM (
        SELECT r.*, row_number() OVER (ORDER BY r.position, r.id) AS place, count(*) OVER ()::int AS rest,
          sum(${textBytes}) OVER (ORDER BY r.position, r.id) AS bytes
        FROM rule r WHERE r.project_id = ${projectId}::uuid
          AND (${id === undefined} OR (r.position, r.id) > (${Number(position ?? 0)}::int, ${id ?? newId()}::uuid))
      ) AS counted
      WHERE place <= ${limit} AND (place = 1 OR bytes <= ${maxProjectRuleBytes})
      ORDER BY place`;
    const last = rows.at(-1);
    const next = last && last.rest > rows.length ? `${last.position} ${last.id}` : null;
    return { items: rows.map(({ position: _position, rest: _rest, ...row }) => toRecord(row)), next };
  }

  async find(id: string, projectId: string): Promise<RuleRecord | null> {
    const row = await this.db.prisma.rule.findFirst({ where: { id, projectId }, select: columns });
    return row && toRecord(row);
  }

  async create(place: ProjectPlace, rule: RuleSettings, actor: Actor): Promise<RuleOutcome> {
    return nameTakenAsOutcome(() =>
      this.db.transaction(async (tx): Promise<RuleOutcome> => {
        const { projectId } = place;
        // Writers of one project's rules wait for each other, so that the bounds hold.
        if (!(await lockProject(tx, projectId))) return { ok: false, reason: 'not_found' };
        const position = await tx.rule.count({ where: { projectId } });
        if (position >= maxRules) return { ok: false, reason: 'too_many' };
        const problem = ruleSizeProblem(null, rule, await othersBytes(tx, projectId, null));
        if (problem) return { ok: false, reason: 'too_large', problem };
        const record = await insertRule(tx, projectId, rule, position);
        await auditRule(tx, actor, place, record.id, 'rule.create', undefined, rule);
        return { ok: true, rule: record };
      }),
    );
  }

  async update(place: ProjectPlace, id: string, changes: Partial<RuleSettings>, actor: Actor): Promise<RuleOutcome> {
    return nameTakenAsOutcome(() =>
      this.db.transaction(async (tx): Promise<RuleOutcome> => {
        const { projectId } = place;
        await lockProject(tx, projectId);
        const before = await tx.rule.findFirst({ where: { id, projectId }, select: columns });
        if (!before) return { ok: false, reason: 'not_found' };
        const problem = ruleSizeProblem(before, { ...before, ...changes }, await othersBytes(tx, projectId, id));
        if (problem) return { ok: false, reason: 'too_large', problem };
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

/** Bytes of the patterns and tags of a project's rules, without those of the rule `id`. */
async function othersBytes(tx: Queryable, projectId: string, id: string | null): Promise<number> {
  const [sum] = await tx.$queryRaw<[{ bytes: number }]>`
    SELECT coalesce(sum(${textBytes}), 0)::int AS bytes FROM rule r
    WHERE r.project_id = ${projectId}::uuid AND r.id IS DISTINCT FROM ${id}::uuid`;
  return sum.bytes;
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
