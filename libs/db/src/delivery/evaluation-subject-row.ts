import { Prisma } from '../generated/client.js';
import type { EvaluationProject, EvaluationSubject } from './evaluation-repository.js';

/** A delivery with its project as one row. */
export type SubjectRow = Omit<EvaluationSubject, 'deliveryId' | 'project'> &
  Omit<EvaluationProject, 'id'> & { readonly projectId: string };

/**
 * A delivery that waits for its verdicts. The first one with the same body is found in one step of `delivery_started_body_idx`. Its statuses are
 * those of that index, which leaves out ignored and failed deliveries: any number of them may have the same body.
 */
export function subjectSql(deliveryId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT d.forge, d.repository, d.event_name AS "eventName", d.ref, d.before, d.after, d.replay_of::text AS "replayOf", d.sender, d.evaluation_attempts AS attempts, (
        SELECT e.id::text FROM delivery e WHERE e.project_id = d.project_id AND e.body_digest = d.body_digest AND e.id < d.id
          AND e.status IN ('received', 'evaluating', 'evaluated') ORDER BY e.id LIMIT 1) AS "sameBodyAs",
      -- A forge's payload can be megabytes, and evaluation reads only our own.
      CASE WHEN d.event_name = 'manual' THEN d.body END AS body,
      p.id::text AS "projectId", p.organization_id AS "organizationId", p.remote_url AS "remoteUrl", p.repository_key AS "repositoryKey", p.git_credentials AS "gitCredentials",
      p.context_path AS "contextPath", p.dockerfile_path AS "dockerfilePath", p.target, p.platform, p.build_args AS "buildArgs",
      p.named_contexts AS "namedContexts", p.definition,
      p.limits, p.strict_isolation AS "strictIsolation", p.default_branch AS "defaultBranch", p.protected_branches AS "protectedBranches",
      p.protected_tags AS "protectedTags",
      p.cache_backend AS "cacheBackend", p.last_sequence AS "lastSequence", (
        SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'name', r.name, 'enabled', r.enabled, 'refKind', r.ref_kind,
          'refPattern', r.ref_pattern, 'includePaths', r.include_paths, 'excludePaths', r.exclude_paths, 'tags', r.tags,
          'cachePolicy', r.cache_policy)
          ORDER BY r.position, r.id), '[]'::jsonb) FROM rule r WHERE r.project_id = p.id) AS rules
    FROM delivery d JOIN project p ON p.id = d.project_id
    WHERE d.id = ${deliveryId}::uuid AND d.status IN ('received', 'evaluating') AND p.deleted_at IS NULL`;
}

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
