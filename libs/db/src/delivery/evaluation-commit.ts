import { isIsolated, namesAddress, namingsOf, repositoryKey, type Verdict } from '@cooperage/domain';
import type { AddedBuild, LargeInputs, NewBuild } from '../build/build-creation.js';
import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { newId } from '../new-id.js';
import { isAsked, placeOfAsked } from './asked-place.js';
import { deliveryAnnouncement } from './delivery-announcement.js';
import type { EvaluationResult, EvaluationSubject } from './evaluation-repository.js';

export type Taken =
  | { readonly ok: true; readonly sequence: bigint; readonly firstNumber: number }
  | { readonly ok: false; readonly reason: 'changed' | 'gone' };

/**
 * Takes the next sequence and `builds` numbers from the project's row, ends the delivery and moves the ref's head: all
 * three or none. A late head is not the newest, so it does not become the one that others are compared with. Where the
 * head before was pushed away, builds with a smaller sequence lose the right to move tags.
 *
 * Where the head is the one that was evaluated last, nothing new is shown by what a person asks for, by a call for a head that
 * rules have judged, and by one for a head that the git host has no more (R24B-1). Its builds have the sequence of that
 * evaluation, or the old head of one ref could take the tags of another. Their numbers are greater, so they renew its own.
 * Where the ref has no head yet, see `placeOfAsked`.
 */
export async function takeEvaluationIn(
  tx: Queryable,
  subject: EvaluationSubject,
  result: EvaluationResult,
  builds: number,
): Promise<Taken> {
  const { id, lastSequence, remoteUrl } = subject.project;
  const place = await placeOfAsked(tx, subject, result);
  const judged = result.trigger === 'manual' ? null : result.commit;
  const [row] = await tx.$queryRaw<{ sequence: bigint; lastNumber: number }[]>`
    WITH taken AS (
      UPDATE project p SET last_sequence = p.last_sequence + 1, last_build_number = p.last_build_number + ${builds}::int,
        default_branch = ${result.defaultBranch}, repository_key = coalesce(p.repository_key, ${seenKey(subject)})
      WHERE p.id = ${id}::uuid AND p.deleted_at IS NULL AND p.last_sequence = ${lastSequence}
        AND p.remote_url = ${remoteUrl}
        AND EXISTS (SELECT 1 FROM delivery WHERE id = ${subject.deliveryId}::uuid AND status IN ('received', 'evaluating'))
      RETURNING p.id, p.last_sequence, p.last_build_number
    ), ended AS (
      UPDATE delivery d SET status = 'evaluated', reason = NULL, note = NULL, ref = ${result.ref}, after = ${result.commit}, evaluated_at = now()
      FROM taken WHERE d.id = ${subject.deliveryId}::uuid RETURNING d.project_id
    ), head AS (
      INSERT INTO ref_head AS h (project_id, ref, commit, judged_commit, sequence, rewritten_sequence, observed, evaluated_at)
      SELECT id, ${result.ref}, ${result.commit}, ${judged}, coalesce(${place}::bigint, last_sequence), least(0, ${place}::bigint),
        ${result.observed}, now() FROM taken WHERE NOT ${result.late}::boolean
      ON CONFLICT (project_id, ref) DO UPDATE SET commit = excluded.commit, judged_commit = coalesce(excluded.judged_commit, h.judged_commit),
        sequence = CASE WHEN h.commit = excluded.commit AND (${isAsked(result)}::boolean OR h.judged_commit = excluded.commit
          OR excluded.commit <> excluded.observed) THEN h.sequence ELSE excluded.sequence END,
        observed = excluded.observed, evaluated_at = now(),
        rewritten_sequence = CASE WHEN ${result.rewrites}::boolean THEN excluded.sequence ELSE h.rewritten_sequence END
      RETURNING sequence
    ), seen AS (
      UPDATE ref_head h SET observed = ${result.observed} FROM taken
      WHERE h.project_id = taken.id AND h.ref = ${result.ref} AND ${result.late}::boolean
    )
    SELECT coalesce((SELECT sequence FROM head), last_sequence) AS sequence, last_build_number AS "lastNumber",
      (SELECT ${Prisma.raw(deliveryAnnouncement('ended'))} FROM ended) AS told FROM taken`;
  if (row) return { ok: true, sequence: row.sequence, firstNumber: row.lastNumber - builds + 1 };
  const [project] = await tx.$queryRaw<{ changed: boolean }[]>`
    SELECT last_sequence <> ${lastSequence} OR remote_url <> ${remoteUrl} AS changed FROM project WHERE id = ${id}::uuid AND deleted_at IS NULL`;
  return { ok: false, reason: project?.changed ? 'changed' : 'gone' };
}

/** The id that the git host has for the repository: from here on it decides, and not the name. */
function seenKey({ forge, repository, project }: EvaluationSubject): string | null {
  if (!repository?.id || !namesAddress(repository, project.remoteUrl)) return null;
  return repositoryKey(forge, repository.id);
}

export async function insertVerdictsIn(
  tx: Queryable,
  deliveryId: string,
  verdicts: readonly Verdict[],
  builds: readonly AddedBuild[],
): Promise<void> {
  if (verdicts.length === 0) return;
  const made = builds.values();
  const rows = verdicts.map(({ ruleId, ruleName, matched, reason, explanation, tags }) => {
    const buildId = matched ? (made.next().value?.id ?? null) : null;
    return Prisma.sql`(${newId()}::uuid, ${deliveryId}::uuid, ${ruleId || null}::uuid, ${ruleName}, ${matched}::boolean, ${reason},
      ${explanation}, ${[...tags]}::text[], ${buildId}::uuid)`;
  });
  await tx.$executeRaw`
    INSERT INTO verdict (id, delivery_id, rule_id, rule_name, matched, reason, explanation, tags, build_id) VALUES ${Prisma.join(rows)}`;
}

export function newBuild(
  { deliveryId, project, rules }: EvaluationSubject,
  result: EvaluationResult,
  verdict: Verdict,
  sequence: bigint,
): NewBuild {
  const { zone, targetRef } = result;
  const { strictIsolation, cacheBackend } = project;
  const rule = rules.find(({ id }) => id === verdict.ruleId);
  const cachePolicy = rule?.cachePolicy ?? 'zone';
  // A stranger's image is published by its digest only, whatever else was asked for.
  const isStrangers = zone === 'fork';
  const tags = isStrangers ? [] : verdict.tags;
  const namings = namingsOf(tags.length > 0 ? (rule?.tags ?? []) : [], result);
  return {
    organizationId: project.organizationId,
    projectId: project.id,
    sequence,
    ruleId: verdict.ruleId || null,
    ruleName: verdict.ruleName,
    deliveryId,
    trigger: result.trigger,
    triggeredBy: result.triggeredBy,
    retryOf: null,
    remoteUrl: project.remoteUrl,
    ref: result.ref,
    commit: result.commit,
    commitSubject: result.commitSubject,
    commitAuthor: result.commitAuthor,
    commitTime: result.commitTime,
    ...{ zone, cachePolicy, cacheBackend, isolated: isIsolated({ zone, cachePolicy, strictIsolation }), targetRef },
    movesTags: !result.late && !isStrangers,
    ...{ tags, tagNamings: tags.map((tag) => namings.get(tag) ?? 'neither') },
    leftOutTags: isStrangers ? [] : (result.leftOut.get(verdict.ruleId) ?? []),
    contextPath: project.contextPath,
    dockerfilePath: project.dockerfilePath,
    target: project.target,
    platform: project.platform,
    limits: project.limits,
    noCache: result.noCache,
  };
}

/** Of all builds of an evaluation: as the project was when its rules were judged, as is what `newBuild` says. */
export function largeInputs({ project: { buildArgs, namedContexts, definition } }: EvaluationSubject): LargeInputs {
  return { buildArgs, namedContexts, definition };
}
