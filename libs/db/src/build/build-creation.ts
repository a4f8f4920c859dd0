import { type CacheBackend, initialBuildState, withinTimeCeiling } from '@cooperage/domain';
import { quotaIn } from '../account/quota-repository.js';
import type { Queryable } from '../database.js';
import { type Build, Prisma } from '../generated/client.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { storedJson } from '../stored-text.js';
import { announcementOf } from './build-announcement.js';
import { buildColumns } from './build-columns.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildInputs, BuildRecord, BuildTrigger } from './build-record.js';
import { cacheEpochs } from './cache-epochs.js';

export interface NewBuild extends BuildInputs {
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
    left_out_tags: 'jsonb',
    context_path: 'text',
    dockerfile_path: 'text',
  },
  ...{
    target: 'text',
    platform: 'text',
    build_args: 'jsonb',
    named_contexts: 'jsonb',
    definition: 'jsonb',
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

/** Adds one queued build with the project's next number. Null for a project that is gone or being deleted. */
export async function createBuildIn(tx: Queryable, input: NewBuild): Promise<BuildRecord | null> {
  const [project] = await tx.$queryRaw<{ number: number; strict: boolean; backend: CacheBackend }[]>`
    UPDATE project SET last_build_number = last_build_number + 1
    WHERE id = ${input.projectId}::uuid AND deleted_at IS NULL
    RETURNING last_build_number AS number, strict_isolation AS strict, cache_backend AS backend`;
  if (!project) return null;
  // What became stricter since the build that is tried again holds for the new one, and so does where its cache goes.
  const isolated = input.isolated || project.strict;
  const [build] = await insertBuildsIn(tx, [{ ...input, isolated, cacheBackend: project.backend }], project.number);
  return build!;
}

/**
 * Adds queued builds of one project, in order.
 * @param firstNumber number of the first one; the caller's transaction has taken as many from the project's row
 */
export async function insertBuildsIn(
  tx: Queryable,
  inputs: readonly NewBuild[],
  firstNumber: number,
): Promise<BuildRecord[]> {
  if (inputs.length === 0) return [];
  const { effective } = await quotaIn(tx, inputs[0]!.organizationId);
  const rows = inputs.map((input, index) =>
    toRow({ ...input, limits: withinTimeCeiling(input.limits, effective.timeoutMs) }, firstNumber + index),
  );
  const { epochNames, epochs } = cacheEpochs;
  const added = await tx.$queryRaw<Build[]>`
    WITH added AS (
      INSERT INTO build (${names}, ${epochNames})
      SELECT ${names}, ${epochNames} FROM jsonb_to_recordset(${storedJson(rows)}::jsonb) AS r(${typedNames}), ${epochs}
      RETURNING *
    ), woken AS (SELECT pg_notify(${channels.dispatch}, '')::text AS dispatch)
    SELECT ${buildColumns('added')}, ${announcementOf('added')} AS announced, woken.dispatch
    FROM added, woken ORDER BY added.number`;
  return added.map(toBuildRecord);
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
    ...{ zone: input.zone, moves_tags: input.movesTags, tags: input.tags, context_path: input.contextPath },
    ...{ dockerfile_path: input.dockerfilePath, target: input.target, platform: input.platform },
    ...{ named_contexts: input.namedContexts, definition: input.definition },
    ...{ build_args: input.buildArgs, limits: input.limits, no_cache: input.noCache },
  };
}
