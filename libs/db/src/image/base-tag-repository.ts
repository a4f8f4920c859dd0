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

/** So many newest images of each project are looked at. */
const newestImages = 3;
/** A name that no newest image has had for so long is forgotten, days. */
const forgottenAfterDays = 30;

/** Whether the tags of base images have moved, as their registries say. */
export class BaseTagRepository {
  constructor(private readonly db: Database) {}

  /** Those that were never asked for first, then the longest ago. What is named by its digest alone cannot move. */
  async due({ againMs, afterProblemMs }: BaseTimes, limit: number): Promise<DueBase[]> {
    return this.db.prisma.$queryRaw<DueBase[]>`
      SELECT p.id::text AS "projectId", o.slug AS "organizationSlug", n.name, t.digest, n.used
      FROM project p JOIN organization o ON o.id = p.organization_id CROSS JOIN LATERAL (
        SELECT x->>'name' AS name, array_agg(DISTINCT x->>'digest') AS used
        FROM (SELECT build_id FROM image WHERE project_id = p.id ORDER BY id DESC LIMIT ${newestImages}) i
          JOIN build b ON b.id = i.build_id CROSS JOIN LATERAL jsonb_array_elements(b.base_images) x
        WHERE x->>'name' ~ ':[^/:@]+$' GROUP BY 1) n
      LEFT JOIN base_tag t ON t.project_id = p.id AND t.name = n.name
      WHERE p.deleted_at IS NULL AND (t.checked_at IS NULL OR t.checked_at < now()
        - CASE WHEN t.problem IS NULL THEN ${againMs}::float8 ELSE ${afterProblemMs}::float8 END * interval '1 millisecond')
      ORDER BY t.checked_at NULLS FIRST, n.name LIMIT ${limit}`;
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
    await this.db.prisma
      .$executeRaw`DELETE FROM base_tag WHERE checked_at < now() - ${forgottenAfterDays}::int * interval '1 day'`;
  }
}
