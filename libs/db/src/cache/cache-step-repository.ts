import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** A step that ran in a build of a project, as far as a record of a cache may be its result. */
export interface RanStep {
  /** The first 2,000 characters, with a mark where there are more: a cache may be of thousands of steps of half a MiB each. */
  readonly name: string;
  readonly stage: string | null;
  readonly startLine: number | null;
  readonly buildNumber: number;
  readonly completedAt: Date;
  /** The newest build that found a step of the same words; null where none has. */
  readonly foundBy: number | null;
  readonly foundAt: Date | null;
}

type StepRow = Pick<RanStep, 'name' | 'stage' | 'startLine' | 'completedAt'> & { readonly words: string };

/** A build that found a step, and when it began. */
interface FoundStep {
  readonly number: number;
  readonly at: Date;
}

/** A step, by where it is stored. */
interface NearStep {
  readonly moment: Date;
  readonly attempt: string;
  readonly ordinal: number;
  readonly buildNumber: number;
}

/** So many of the newest builds are asked. */
const mostBuilds = 1_000;

/** So many characters of a step are read. */
const mostOfName = 2_000;

/** Attempts of a project's newest builds. */
const builds = (projectId: string, platform: string): Prisma.Sql => Prisma.sql`(
  SELECT b.number, a.id AS attempt_id, b.started_at, coalesce(b.built_at, b.finished_at) AS ended_at
  FROM (SELECT id, number, platform, started_at, built_at, finished_at FROM build
    WHERE project_id = ${projectId}::uuid ORDER BY id DESC LIMIT ${mostBuilds}) b
  JOIN attempt a ON a.build_id = b.id WHERE b.platform = ${platform})`;

/**
 * Steps of a project's builds, for what its caches hold. Nothing is joined by a time or by words: the server does not know how many there
 * are, and compares each with each.
 */
export class CacheStepRepository {
  constructor(private readonly db: Database) {}

  /**
   * For each of these moments, in milliseconds, the step that ran to its end nearest to it. It is the step whose result a record of a cache
   * is: BuildKit names neither in the other's terms, but it dates the record with the end of its step. Without moments that have none.
   * @param platform of the builds that are asked
   * @param slackMs a step that is further away is another one's
   */
  async endedAt(
    projectId: string,
    platform: string,
    moments: readonly Date[],
    slackMs: number,
  ): Promise<Map<number, RanStep>> {
    if (moments.length === 0) return new Map();
    const near = await this.nearest(projectId, platform, moments, slackMs);
    const steps = await this.db.prisma.$queryRaw<(StepRow & { readonly at: number })[]>`
      SELECT u.at::int, left(s.name, ${mostOfName}) || CASE WHEN length(s.name) > ${mostOfName} THEN '…' ELSE '' END AS name, md5(s.name) AS words,
        s.stage, s.start_line AS "startLine", s.completed_at AS "completedAt"
      FROM unnest(${near.map(({ attempt }) => attempt)}::uuid[], ${near.map(({ ordinal }) => ordinal)}::int[]) WITH ORDINALITY AS u(attempt_id, ordinal, at)
      JOIN step s ON s.attempt_id = u.attempt_id AND s.ordinal = u.ordinal`;
    const found = await this.found(projectId, platform, [...new Set(steps.map(({ words }) => words))]);
    return new Map(
      steps.map(({ at, words, ...step }) => {
        const { moment, buildNumber } = near[at - 1]!;
        const newest = found.get(words);
        const by = newest && newest.number > buildNumber ? newest : null;
        return [moment.getTime(), { ...step, buildNumber, foundBy: by?.number ?? null, foundAt: by?.at ?? null }];
      }),
    );
  }

  /** Moments and steps are sorted into one row, in which the nearest are neighbours. */
  private async nearest(
    projectId: string,
    platform: string,
    moments: readonly Date[],
    slackMs: number,
  ): Promise<NearStep[]> {
    const [from, to] = moments.reduce(
      ([least, most], moment) => [Math.min(least, +moment), Math.max(most, +moment)],
      [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY],
    );
    const [early, late] = [new Date(from - slackMs), new Date(to + slackMs)];
    return this.db.prisma.$queryRaw<NearStep[]>`
      WITH ran AS MATERIALIZED (
        SELECT DISTINCT ON (s.completed_at) s.completed_at AS at, s.attempt_id, s.ordinal, b.number
        FROM ${builds(projectId, platform)} b JOIN step s ON s.attempt_id = b.attempt_id
        WHERE NOT s.cached AND NOT s.internal AND s.error IS NULL AND s.completed_at BETWEEN ${early} AND ${late}
          AND b.started_at <= ${late} AND coalesce(b.ended_at, 'infinity') >= ${early}
        ORDER BY s.completed_at, b.number DESC
      ), line AS (
        SELECT at, NULL::timestamptz AS ended
        FROM (SELECT DISTINCT * FROM unnest(${moments.map((moment) => moment.toISOString())}::timestamptz[])) AS m(at)
        UNION ALL SELECT at, at FROM ran
      ), near AS (
        SELECT at, ended, max(ended) OVER (ORDER BY at) AS before, min(ended) OVER (ORDER BY at DESC) AS after FROM line
      ), met AS (
        SELECT at AS moment, CASE WHEN after IS NULL OR at - before <= after - at THEN before ELSE after END AS at,
          NULL::text AS attempt, NULL::int AS ordinal, NULL::int AS number FROM near WHERE ended IS NULL
        UNION ALL SELECT NULL, at, attempt_id::text, ordinal, number FROM ran
      )
      SELECT moment, attempt, ordinal, number AS "buildNumber" FROM (
        SELECT moment, at, max(attempt) OVER same AS attempt, max(ordinal) OVER same AS ordinal, max(number) OVER same AS number
        FROM met WINDOW same AS (PARTITION BY at)) m
      WHERE moment IS NOT NULL
        AND at BETWEEN moment - ${slackMs} * interval '1 millisecond' AND moment + ${slackMs} * interval '1 millisecond'`;
  }

  /** The newest build that found a step of each of these words. */
  private async found(projectId: string, platform: string, words: readonly string[]): Promise<Map<string, FoundStep>> {
    const rows = await this.db.prisma.$queryRaw<(FoundStep & { readonly words: string })[]>`
      SELECT DISTINCT ON (words) md5(s.name) AS words, b.number, b.started_at AS at
      FROM ${builds(projectId, platform)} b JOIN step s ON s.attempt_id = b.attempt_id
      WHERE s.cached AND md5(s.name) = ANY(${[...words]}) ORDER BY words, b.number DESC`;
    return new Map(rows.map((row) => [row.words, row]));
  }
}
