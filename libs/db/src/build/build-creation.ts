import { initialBuildState } from '@cooperage/domain';
import type { Queryable } from '../database.js';
import { channels } from '../listen/channels.js';
import { newId } from '../new-id.js';
import { storedText } from '../stored-text.js';
import { announcementOf } from './build-announcement.js';
import { toBuildRecord, toJson } from './build-mapping.js';
import type { BuildInputs, BuildRecord, BuildTrigger } from './build-record.js';

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

/** Adds one queued build with the project's next number. Null for a project that is gone or being deleted. */
export async function createBuildIn(tx: Queryable, input: NewBuild): Promise<BuildRecord | null> {
  const [project] = await tx.$queryRaw<{ number: number }[]>`
    UPDATE project SET last_build_number = last_build_number + 1
    WHERE id = ${input.projectId}::uuid AND deleted_at IS NULL RETURNING last_build_number AS number`;
  if (!project) return null;
  const [build] = await insertBuildsIn(tx, [input], project.number);
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
  const data = inputs.map((input, index) => toRow(input, firstNumber + index));
  const rows = await tx.build.createManyAndReturn({ data });
  await tx.$executeRaw`
    SELECT ${announcementOf('b')} FROM build b WHERE b.id = ANY (${data.map(({ id }) => id)}::uuid[])
    UNION ALL SELECT pg_notify(${channels.dispatch}, '')::text`;
  return rows.map(toBuildRecord).sort((a, b) => a.number - b.number);
}

function toRow(input: NewBuild, number: number) {
  return {
    ...input,
    ...initialBuildState,
    id: newId(),
    number,
    tags: [...input.tags],
    commitSubject: storedText(input.commitSubject),
    commitAuthor: storedText(input.commitAuthor),
    commitTime: BigInt(input.commitTime),
    buildArgs: toJson(input.buildArgs),
    limits: toJson(input.limits),
  };
}
