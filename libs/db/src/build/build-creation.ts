import {
  type CacheBackend,
  type CachePolicy,
  initialBuildState,
  isIsolated,
  stricterPolicy,
  withinTimeCeiling,
} from '@cooperage/domain';
import { quotaIn } from '../account/quota-repository.js';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { storedJson } from '../stored-text.js';
import { announcementOf } from './build-announcement.js';
import type { BuildInputs, BuildRecord, BuildTrigger } from './build-record.js';
import { cacheEpochs } from './cache-epochs.js';

/** What a build is made from and a project may make large. */
export type LargeInputs = Pick<BuildInputs, 'buildArgs' | 'namedContexts' | 'definition'>;

/** Given once for all builds that are added, or those of an earlier build: the database copies them from its row. */
export type LargeInputsFrom = LargeInputs | { readonly sameAs: string };

export interface NewBuild extends Omit<BuildInputs, keyof LargeInputs> {
  readonly organizationId: string;
  readonly projectId: string;
  readonly sequence: bigint;
  readonly ruleId: string | null;
  readonly ruleName: string | null;
  readonly deliveryId: string | null;
  readonly trigger: BuildTrigger;
  readonly triggeredBy: string | null;
  readonly retryOf: string | null;
}

/** What its maker needs to know of a new build. The rest is in its row. */
export type AddedBuild = Pick<BuildRecord, 'id' | 'organizationId' | 'projectId' | 'number'>;

/** Rows of one statement: a push may match a hundred rules, each with its tags. */
const rowsAtOnce = 25;

/** Columns of a new row, with their types. */
const newColumns = {
  ...{ id: 'uuid', organization_id: 'text', project_id: 'uuid', number: 'int', sequence: 'bigint', status: 'text' },
  ...{
    rule_id: 'uuid',
    rule_name: 'text',
    delivery_id: 'uuid',
    trigger: 'text',
    triggered_by: 'text',
    retry_of: 'uuid',
  },
  ...{
    remote_url: 'text',
    ref: 'text',
    commit: 'text',
    commit_subject: 'text',
    commit_author: 'text',
    commit_time: 'bigint',
  },
  ...{ cache_policy: 'text', cache_backend: 'text', isolated: 'boolean', target_ref: 'text' },
  ...{
    zone: 'text',
    moves_tags: 'boolean',
    tags: 'text[]',
    tag_namings: 'text[]',
    left_out_tags: 'jsonb',
    context_path: 'text',
    dockerfile_path: 'text',
  },
  ...{
    target: 'text',
    platform: 'text',
    limits: 'jsonb',
    no_cache: 'boolean',
  },
} as const;
type NewRow = Record<keyof typeof newColumns, unknown>;

const names = Prisma.raw(Object.keys(newColumns).join(', '));
const typedNames = Prisma.raw(
  Object.entries(newColumns)
    .map((column) => column.join(' '))
    .join(', '),
);
const largeNames = Prisma.raw('build_args, named_contexts, definition');

/** Adds one queued build with the project's next number. Null for a project that is gone or being deleted. */
export async function createBuildIn(
  tx: Queryable,
  input: NewBuild,
  large: LargeInputsFrom,
): Promise<AddedBuild | null> {
  const [project] = await tx.$queryRaw<
    { number: number; strict: boolean; backend: CacheBackend; policy: CachePolicy | null }[]
  >`
    UPDATE project p SET last_build_number = last_build_number + 1
    WHERE id = ${input.projectId}::uuid AND deleted_at IS NULL
    RETURNING last_build_number AS number, strict_isolation AS strict, cache_backend AS backend,
      (SELECT cache_policy FROM rule r WHERE r.id = ${input.ruleId}::uuid AND r.project_id = p.id) AS policy`;
  if (!project) return null;
  // What became stricter since the build that is tried again holds for the new one, and so does where its cache goes.
  const cachePolicy = stricterPolicy(input.cachePolicy, project.policy ?? input.cachePolicy);
  const strictIsolation = input.isolated || project.strict;
  const isolated = isIsolated({ zone: input.zone, cachePolicy, strictIsolation });
  const inputs = [{ ...input, cachePolicy, isolated, cacheBackend: project.backend }];
  const [build] = await insertBuildsIn(tx, inputs, large, project.number);
  return build!;
}

/**
 * Adds queued builds of one project, in order. What they have alike and may be large goes to the database once, with the first
 * of them, and never comes back: the others copy it from that row, which nobody else sees before all are there.
 * @param firstNumber number of the first one; the caller's transaction has taken as many from the project's row
 * @throws where the build that `large` names is gone; the caller's transaction must not commit then
 */
export async function insertBuildsIn(
  tx: Queryable,
  inputs: readonly NewBuild[],
  large: LargeInputsFrom,
  firstNumber: number,
): Promise<AddedBuild[]> {
  if (inputs.length === 0) return [];
  const { effective } = await quotaIn(tx, inputs[0]!.organizationId);
  const rows = inputs.map((input, index) =>
    toRow({ ...input, limits: withinTimeCeiling(input.limits, effective.timeoutMs) }, firstNumber + index),
  );
  const [first, ...others] = rows;
  const added = await insertRows(tx, [first!], large);
  const sameAs = added[0]!.id;
  for (let at = 0; at < others.length; at += rowsAtOnce)
    added.push(...(await insertRows(tx, others.slice(at, at + rowsAtOnce), { sameAs })));
  return added;
}

async function insertRows(tx: Queryable, rows: readonly NewRow[], large: LargeInputsFrom): Promise<AddedBuild[]> {
  const { epochNames, epochs } = cacheEpochs;
  const added = await tx.$queryRaw<AddedBuild[]>`
    WITH alike AS (${largeColumns(large)}), added AS (
      INSERT INTO build (${names}, ${largeNames}, ${epochNames})
      SELECT ${names}, ${largeNames}, ${epochNames}
      FROM jsonb_to_recordset(${storedJson(rows)}::jsonb) AS r(${typedNames}), alike, ${epochs}
      RETURNING id, organization_id, project_id, number, version, status, phase, attempt_number
    ), woken AS (SELECT pg_notify(${channels.dispatch}, '')::text AS dispatch)
    SELECT id::text, organization_id AS "organizationId", project_id::text AS "projectId", number,
      ${announcementOf('added')} AS announced, woken.dispatch
    FROM added, woken ORDER BY number`;
  if (added.length < rows.length) throw new Error('the build whose inputs are to be copied is gone');
  return added.map(({ id, organizationId, projectId, number }) => ({ id, organizationId, projectId, number }));
}

function largeColumns(large: LargeInputsFrom): Prisma.Sql {
  if ('sameAs' in large) return Prisma.sql`SELECT ${largeNames} FROM build WHERE id = ${large.sameAs}::uuid`;
  const { buildArgs, namedContexts, definition } = large;
  return Prisma.sql`SELECT ${storedJson(buildArgs)}::jsonb AS build_args, ${storedJson(namedContexts)}::jsonb AS named_contexts,
    ${definition && storedJson(definition)}::jsonb AS definition`;
}

function toRow(input: NewBuild, number: number): NewRow {
  return {
    ...{ id: newId(), number, status: initialBuildState.status, sequence: String(input.sequence) },
    ...{ organization_id: input.organizationId, project_id: input.projectId, rule_id: input.ruleId },
    ...{ rule_name: input.ruleName, delivery_id: input.deliveryId, trigger: input.trigger },
    ...{
      triggered_by: input.triggeredBy,
      retry_of: input.retryOf,
      remote_url: input.remoteUrl,
      ref: input.ref,
      commit: input.commit,
    },
    ...{ commit_subject: input.commitSubject, commit_author: input.commitAuthor, commit_time: input.commitTime },
    ...{ cache_policy: input.cachePolicy, cache_backend: input.cacheBackend, isolated: input.isolated },
    ...{ target_ref: input.targetRef, left_out_tags: input.leftOutTags },
    ...{
      zone: input.zone,
      moves_tags: input.movesTags,
      tags: input.tags,
      tag_namings: input.tagNamings,
      context_path: input.contextPath,
    },
    ...{ dockerfile_path: input.dockerfilePath, target: input.target, platform: input.platform },
    ...{ limits: input.limits, no_cache: input.noCache },
  };
}
