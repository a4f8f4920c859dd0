import type { BuildCondition, BuildTerm, Since } from '@cooperage/domain';
import { Prisma } from '../generated/client.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';

/** Who reads a list: `author:me` is their commits and their wishes. */
export interface Reader {
  readonly name: string;
  readonly email: string;
}

export interface FilterScope {
  readonly organizationId: string;
  readonly reader: Reader;
  readonly nowMs: number;
}

/** Of these keys all terms have to hold, as of `since` and `until`. Of any other key one term is enough. */
const narrowing = new Set<BuildCondition['kind']>(['since', 'until', 'took']);

/**
 * Conditions over `build b`: every value is a parameter and compared as it is, never as a pattern. Terms of one key are
 * alternatives, of different keys all hold, and a negated term never does.
 */
export function conditionsOf(terms: readonly BuildTerm[], scope: FilterScope): Prisma.Sql[] {
  const alternatives = new Map<string, Prisma.Sql[]>();
  const all: Prisma.Sql[] = [];
  for (const { condition, negated } of terms) {
    const sql = conditionSql(condition, scope);
    if (negated) all.push(Prisma.sql`NOT coalesce(${sql}, false)`);
    else if (narrowing.has(condition.kind)) all.push(sql);
    else {
      const key = familyOf(condition);
      alternatives.set(key, [...(alternatives.get(key) ?? []), sql]);
    }
  }
  return [...all, ...[...alternatives.values()].map((any) => Prisma.sql`(${Prisma.join(any, ' OR ')})`)];
}

function familyOf({ kind }: BuildCondition): string {
  return kind === 'mine' ? 'author' : kind;
}

function conditionSql(condition: BuildCondition, scope: FilterScope): Prisma.Sql {
  switch (condition.kind) {
    case 'status':
      return statusSql(condition.statuses);
    case 'project':
      return projectSql(condition, scope);
    case 'ref':
      return Prisma.sql`b.ref = ${condition.ref}`;
    case 'author':
      return contains(Prisma.sql`b.commit_author`, condition.contains);
    case 'mine':
      return mineSql(scope.reader);
    case 'title':
      return contains(Prisma.sql`b.commit_subject`, condition.contains);
    case 'step':
      return contains(Prisma.sql`b.failure->'place'->>'step'`, condition.contains);
    case 'cause':
      return Prisma.sql`b.trigger = ${condition.trigger}`;
    case 'rule':
      return Prisma.sql`b.rule_name = ${condition.name}`;
    case 'since':
      return sinceSql(condition.since, scope.nowMs);
    case 'until':
      return Prisma.sql`b.queued_at < ${new Date(momentMs(condition.since, scope.nowMs))}`;
    case 'took':
      return tookSql(condition.bound);
    case 'image':
      return Prisma.sql`(b.digest >= ${condition.range.from} AND b.digest < ${condition.range.below})`;
    case 'commit':
      return Prisma.sql`(b.commit >= ${condition.range.from} AND b.commit < ${condition.range.below})`;
    case 'signed':
      return signedSql(condition.signed);
    case 'code':
      return Prisma.sql`b.failure->>'code' = ${condition.code}`;
    case 'failure':
      return Prisma.sql`b.fingerprint = ${condition.fingerprint}`;
  }
}

function mineSql({ name, email }: Reader): Prisma.Sql {
  return Prisma.sql`(b.commit_author IN (${name}, ${email}) OR b.triggered_by = ${name})`;
}

function statusSql(statuses: readonly string[]): Prisma.Sql {
  return statuses.length === 1
    ? Prisma.sql`b.status = ${statuses[0]}`
    : Prisma.sql`b.status IN (${Prisma.join([...statuses])})`;
}

/** A value, not a join: the project's own index then serves the list. */
function projectSql(
  { organization, slug }: Extract<BuildCondition, { kind: 'project' }>,
  { organizationId }: FilterScope,
): Prisma.Sql {
  const named = organization === null ? Prisma.empty : Prisma.sql`AND o.slug = ${organization}`;
  return Prisma.sql`b.project_id = (SELECT q.id FROM project q JOIN organization o ON o.id = q.organization_id
    WHERE q.organization_id = ${organizationId} AND q.slug = ${slug} ${named})`;
}

/** Without patterns, so `%` and `_` are only themselves. */
function contains(column: Prisma.Sql, text: string): Prisma.Sql {
  return Prisma.sql`position(lower(${text}) IN lower(${column})) > 0`;
}

function tookSql({ than, ms }: { than: 'longer' | 'shorter'; ms: number }): Prisma.Sql {
  const took = Prisma.sql`(coalesce(b.finished_at, now()) - b.started_at)`;
  const bound = Prisma.sql`${ms}::float8 * interval '1 millisecond'`;
  return than === 'longer' ? Prisma.sql`${took} > ${bound}` : Prisma.sql`${took} < ${bound}`;
}

/** By the newest verification of the image, where no key stopped counting since. What has no image is neither. */
function signedSql(signed: boolean): Prisma.Sql {
  const stopped = keyStoppedSince(Prisma.sql`b.project_id`, Prisma.sql`v.at`);
  return Prisma.sql`(b.digest IS NOT NULL AND coalesce((SELECT v.ok AND NOT ${stopped} FROM image_verification v
    WHERE v.project_id = b.project_id AND v.digest = b.digest ORDER BY v.id DESC LIMIT 1), false) = ${signed})`;
}

const dayMs = 86_400_000;

/** Ids are made in the order of time, so they bound the walk through the index; a day is left for clocks that differ. */
function sinceSql(since: Since, nowMs: number): Prisma.Sql {
  const fromMs = momentMs(since, nowMs);
  return Prisma.sql`(b.id >= ${idFloor(fromMs - dayMs)}::uuid AND b.queued_at >= ${new Date(fromMs)})`;
}

function momentMs(since: Since, nowMs: number): number {
  return 'day' in since ? Date.parse(`${since.day}T00:00:00Z`) : nowMs - since.agoMs;
}

/** The least UUIDv7 of a millisecond. */
export function idFloor(ms: number): string {
  const hex = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0').slice(-12);
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
