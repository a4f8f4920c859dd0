import { type BuildDefinition, quotaSentence } from '@cooperage/domain';
import type { Actor } from '../account/actor.js';
import { quotaIn } from '../account/quota-repository.js';
import { writeAudit } from '../audit/write-audit.js';
import { toJson } from '../build/build-mapping.js';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { promise } from '../outbox/outbox-repository.js';
import { insertHookSecret, type NewHookSecret } from './hook-secret-repository.js';
import { type ProjectRecord, type ProjectSettings, projectColumns, toProjectRecord } from './project-record.js';
import { insertRule, type RuleSettings } from './rule-repository.js';

export interface NewProject extends ProjectSettings {
  readonly id: string;
  readonly organizationId: string;
  readonly slug: string;
  readonly rules: readonly RuleSettings[];
  readonly hookSecret: NewHookSecret;
}

/** `conflict`: the slug is taken, or the organization is being deleted. */
export type ProjectCreation =
  | { readonly ok: true; readonly project: ProjectRecord }
  | { readonly ok: false; readonly reason: 'conflict' }
  | { readonly ok: false; readonly reason: 'quota'; readonly sentence: string };

/** @internal The project with its first rules and hook secret, and the promise of a signing key. */
export async function createProjectIn(tx: Queryable, project: NewProject, actor: Actor): Promise<ProjectCreation> {
  const { organizationId, slug } = project;
  // A deletion waits for this, or this for it: a project that came behind it would keep the organization for ever. Other
  // projects wait as well, so that no two take the last place.
  const there = await tx.$queryRaw<unknown[]>`
    SELECT 1 FROM organization o WHERE o.id = ${organizationId} AND o.deleted_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM project p WHERE p.organization_id = o.id AND p.slug = ${slug})
    FOR NO KEY UPDATE OF o`;
  if (there.length === 0) return { ok: false, reason: 'conflict' };
  const sentence = await fullOfProjects(tx, organizationId);
  if (sentence !== null) return { ok: false, reason: 'quota', sentence };
  return { ok: true, project: await insertProject(tx, project, actor) };
}

/** Null while there may be more; else what to say. */
async function fullOfProjects(tx: Queryable, organizationId: string): Promise<string | null> {
  const { projects: limit } = (await quotaIn(tx, organizationId)).effective;
  if (limit === null) return null;
  const count = await tx.project.count({ where: { organizationId, deletedAt: null } });
  return count < limit ? null : quotaSentence('projects', count, limit);
}

async function insertProject(tx: Queryable, project: NewProject, actor: Actor): Promise<ProjectRecord> {
  const { id, organizationId, slug, rules, hookSecret, ...settings } = project;
  const data = {
    ...settings,
    id,
    organizationId,
    slug,
    buildArgs: { ...settings.buildArgs },
    namedContexts: { ...settings.namedContexts },
    protectedBranches: [...settings.protectedBranches],
    protectedTags: [...settings.protectedTags],
    definition: jsonOrNull(settings.definition),
    limits: toJson(settings.limits),
  };
  const row = await tx.project.create({ data, select: projectColumns });
  for (const [position, rule] of rules.entries()) await insertRule(tx, id, rule, position);
  await insertHookSecret(tx, id, hookSecret);
  await promise(tx, 'create-key', id, id);
  const record = toProjectRecord(row);
  await writeAudit(tx, actor, { ...subject(record), action: 'project.create', after: { slug, ...settings } });
  return record;
}

/** @internal */
export function jsonOrNull(value: BuildDefinition | null) {
  return value === null ? Prisma.DbNull : { ...value };
}

/** @internal */
export function subject(project: ProjectRecord) {
  return { organizationId: project.organizationId, subjectKind: 'project', subjectId: project.id };
}
