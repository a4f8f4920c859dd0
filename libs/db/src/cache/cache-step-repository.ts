import type { Database } from '../database.js';

/** A step that ran in a build of a project, as far as a record of a cache may be its result. */
export interface RanStep {
  readonly name: string;
  readonly stage: string | null;
  readonly startLine: number | null;
  readonly buildNumber: number;
  readonly completedAt: Date;
  /** The newest build that found a step of the same words; null where none has. */
  readonly foundBy: number | null;
  readonly foundAt: Date | null;
}

/** So many of the newest builds are asked. */
const mostBuilds = 1_000;

/** Steps of a project's builds, for what its caches hold. */
export class CacheStepRepository {
  constructor(private readonly db: Database) {}

  /**
   * Steps that ran to their end within `slackMs` of one of these moments.
   * @param platform of the builds that are asked
   */
  async endedAt(projectId: string, platform: string, moments: readonly Date[], slackMs: number): Promise<RanStep[]> {
    if (moments.length === 0) return [];
    const [from, to] = [Math.min(...moments.map(Number)), Math.max(...moments.map(Number))];
    return this.db.prisma.$queryRaw<RanStep[]>`
      WITH builds AS (
        SELECT b.id, b.number, a.id AS attempt_id, b.started_at, coalesce(b.built_at, b.finished_at) AS ended_at
        FROM (SELECT * FROM build WHERE project_id = ${projectId}::uuid ORDER BY id DESC LIMIT ${mostBuilds}) b
        JOIN attempt a ON a.build_id = b.id WHERE b.platform = ${platform}
      ), moments AS (
        SELECT at - ${slackMs} * interval '1 millisecond' AS early, at + ${slackMs} * interval '1 millisecond' AS late
        FROM unnest(${moments.map((moment) => moment.toISOString())}::timestamptz[]) AS m(at)
      ), ran AS (
        SELECT s.name, s.stage, s.start_line, b.number, s.completed_at
        FROM builds b JOIN step s ON s.attempt_id = b.attempt_id
        WHERE NOT s.cached AND NOT s.internal AND s.error IS NULL
          AND b.started_at <= ${new Date(to + slackMs)} AND coalesce(b.ended_at, 'infinity') >= ${new Date(from - slackMs)}
          AND EXISTS (SELECT 1 FROM moments m WHERE s.completed_at BETWEEN m.early AND m.late)
      )
      SELECT ran.name, ran.stage, ran.start_line AS "startLine", ran.number AS "buildNumber", ran.completed_at AS "completedAt",
        found.number AS "foundBy", found.at AS "foundAt"
      FROM ran LEFT JOIN LATERAL (
        SELECT b.number, b.started_at AS at FROM builds b JOIN step s ON s.attempt_id = b.attempt_id
        WHERE s.cached AND s.name = ran.name AND b.number > ran.number ORDER BY b.number DESC LIMIT 1) found ON true`;
  }
}
