import type { Database } from '../database.js';

/** A base image of one of a project's newest images, whose registry is to be asked. */
export interface DueBase {
  readonly projectId: string;
  readonly organizationSlug: string;
  /** In full, with its tag. */
  readonly name: string;
  /** What its registry said last. */
  readonly digest: string | null;
  /** What the builds of these images found under the name. */
  readonly used: readonly string[];
}

/** `members` are null where nothing is to be learnt of them: the digest is one that a build has noted. */
export type BaseAnswer =
  | { readonly digest: string; readonly members: readonly string[] | null }
  | { readonly problem: string };

export interface BaseTimes {
  /** How long an answer is good for, milliseconds. */
  readonly againMs: number;
  /** And how long a question that was not answered rests. */
  readonly afterProblemMs: number;
}

/** A name that no newest image has had for so long is forgotten, days. */
const forgottenAfterDays = 30;

/** Whether the tags of base images have moved, as their registries say. */
export class BaseTagRepository {
  constructor(private readonly db: Database) {}

  /**
   * One name of each organization in turn, and a second one only where no other organization has any. Of one organization those that
   * were never asked for first, then the longest ago. A trigger notes the names when an image is published.
   * @param after the organization that was served last, by its slug
   */
  async due({ againMs, afterProblemMs }: BaseTimes, limit: number, after = ''): Promise<DueBase[]> {
    return this.db.prisma.$queryRaw<DueBase[]>`
      SELECT "projectId", "organizationSlug", name, digest, used FROM (
        SELECT p.id::text AS "projectId", o.slug AS "organizationSlug", t.name, t.digest, t.used,
          row_number() OVER (PARTITION BY o.id ORDER BY t.checked_at NULLS FIRST, t.name) AS turn
        FROM base_tag t JOIN project p ON p.id = t.project_id JOIN organization o ON o.id = p.organization_id
        WHERE t.used <> '{}' AND p.deleted_at IS NULL AND EXISTS (SELECT FROM image i WHERE i.project_id = p.id)
          AND (t.checked_at IS NULL
            OR t.checked_at < now() - least(${againMs}::float8, ${afterProblemMs}::float8) * interval '1 millisecond')
          AND (t.checked_at IS NULL OR t.checked_at < now()
            - CASE WHEN t.problem IS NULL THEN ${againMs}::float8 ELSE ${afterProblemMs}::float8 END * interval '1 millisecond')
      ) d ORDER BY turn, "organizationSlug" <= ${after}, "organizationSlug" LIMIT ${limit}`;
  }

  /** Lets a name rest as one that was not answered, before it is asked for: what its registry sends may end this process. */
  async begin({ projectId, name }: Pick<DueBase, 'projectId' | 'name'>, times: BaseTimes): Promise<void> {
    const sparedMs = Math.max(0, times.againMs - times.afterProblemMs);
    await this.db.prisma.$executeRaw`
      UPDATE base_tag SET checked_at = now() - CASE WHEN problem IS NULL THEN ${sparedMs}::float8 ELSE 0 END * interval '1 millisecond'
      WHERE project_id = ${projectId}::uuid AND name = ${name}`;
  }

  /** A question without an answer leaves what was said before: it is told with its age. */
  async note({ projectId, name }: Pick<DueBase, 'projectId' | 'name'>, answer: BaseAnswer): Promise<void> {
    const problem = 'problem' in answer ? answer.problem : null;
    const digest = 'problem' in answer ? null : answer.digest;
    const members = 'problem' in answer ? [] : [...(answer.members ?? [])];
    await this.db.prisma.$executeRaw`
      INSERT INTO base_tag AS t (project_id, name, digest, members, found_at, answered_at, problem, checked_at)
      SELECT id, ${name}, ${digest}, ${members}, CASE WHEN ${digest}::text IS NULL THEN NULL ELSE now() END,
        CASE WHEN ${digest}::text IS NULL THEN NULL ELSE now() END, ${problem}, now()
      FROM project WHERE id = ${projectId}::uuid
      ON CONFLICT (project_id, name) DO UPDATE SET problem = excluded.problem, checked_at = excluded.checked_at,
        digest = coalesce(excluded.digest, t.digest), answered_at = coalesce(excluded.answered_at, t.answered_at),
        members = CASE WHEN excluded.digest IS NULL OR excluded.digest = t.digest THEN t.members ELSE excluded.members END,
        found_at = CASE WHEN excluded.digest IS NULL OR excluded.digest = t.digest THEN t.found_at ELSE excluded.found_at END`;
  }

  async forget(): Promise<void> {
    await this.db.prisma.$executeRaw`DELETE FROM base_tag WHERE used = '{}'
        AND coalesce(checked_at, '-infinity') < now() - ${forgottenAfterDays}::int * interval '1 day'`;
  }
}
