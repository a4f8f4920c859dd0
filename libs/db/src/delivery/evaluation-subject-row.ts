import type { EvaluationProject, EvaluationSubject } from './evaluation-repository.js';

/** A delivery with its project as one row. */
export type SubjectRow = Omit<EvaluationSubject, 'deliveryId' | 'project'> &
  Omit<EvaluationProject, 'id'> & { readonly projectId: string };

export function toSubject(deliveryId: string, row: SubjectRow): EvaluationSubject {
  const {
    forge,
    repository,
    eventName,
    ref,
    before,
    after,
    body,
    replayOf,
    sameBodyAs,
    sender,
    attempts,
    rules,
    projectId,
    ...project
  } = row;
  return {
    ...{
      deliveryId,
      forge,
      repository,
      eventName,
      ref,
      before,
      after,
      body,
      replayOf,
      sameBodyAs,
      sender,
      attempts,
      rules,
    },
    project: { ...project, id: projectId },
  };
}
