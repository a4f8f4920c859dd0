import type { Queryable } from '../database.js';
import type { EvaluationResult, EvaluationSubject } from './evaluation-repository.js';

/** Whether a person asked for the evaluation: git has then not said that anything is new. */
export function isAsked({ trigger }: Pick<EvaluationResult, 'trigger'>): boolean {
  return trigger === 'manual' || trigger === 'replay';
}

/**
 * @internal The sequence of a protected ref that is looked at for the first time because a person asked: before all builds of
 * protected refs whose commit is newer. Nobody knows when it was pushed, so commits' times decide, or an old release that
 * was never built would take the tags of a newer one. May be negative. Null: behind all, as what git pushes.
 */
export async function placeOfAsked(
  tx: Queryable,
  { project }: EvaluationSubject,
  result: EvaluationResult,
): Promise<bigint | null> {
  if (!isAsked(result) || result.zone === 'branch') return null;
  const [row] = await tx.$queryRaw<{ place: bigint | null }[]>`
    SELECT min(sequence) - 1 AS place FROM build
    WHERE project_id = ${project.id}::uuid AND zone = 'protected' AND commit_time > ${result.commitTime}
      AND NOT EXISTS (SELECT 1 FROM ref_head WHERE project_id = ${project.id}::uuid AND ref = ${result.ref})`;
  return row?.place ?? null;
}
