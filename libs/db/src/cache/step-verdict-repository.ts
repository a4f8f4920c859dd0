import {
  dockerfilePaths,
  inTurns,
  type MissCause,
  type MissedStep,
  type StepNote,
  stepNotes,
  whyStepsRanSliced,
} from '@cooperage/domain';
import { toBuildRecord } from '../build/build-mapping.js';
import { CacheFactsRepository } from '../build/cache-facts-repository.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { storedJson } from '../stored-text.js';

/** Steps that run again and again, and what is known of how many builds. */
export interface MissedSteps {
  readonly builds: number;
  /** The one that costs most, with what runs because of it, first. */
  readonly steps: readonly MissedStep[];
}

/** Of so many verdicts, the newest, the counts are made: what five thousand builds of ten steps leave. */
const mostVerdicts = 50_000;
const [mostSteps, mostNames, mostAlong] = [8, 3, 5];

interface CauseRow {
  readonly stepKey: string;
  readonly cause: MissCause;
  readonly name: string | null;
  readonly builds: number;
}
/** What became of the steps of builds and why they ran: told once, when a build has ended, and counted. */
export class StepVerdictRepository {
  private readonly facts: CacheFactsRepository;

  constructor(private readonly db: Database) {
    this.facts = new CacheFactsRepository(db);
  }

  /** Does nothing for a build of which it is written down already, or that never came to a step. */
  async note(buildId: string): Promise<void> {
    const build = await this.db.prisma.build.findUnique({
      where: { id: buildId },
      include: { _count: { select: { stepVerdicts: true } } },
    });
    if (!build || build._count.stepVerdicts > 0) return;
    const now = await this.facts.find(buildId);
    if (!now || now.steps.length === 0) return;
    const earlier = await this.facts.earlier(buildId);
    const verdicts = await inTurns(whyStepsRanSliced(now, earlier));
    await this.write(buildId, stepNotes(dockerfilePaths(toBuildRecord(build)), verdicts));
  }

  private async write(buildId: string, notes: readonly StepNote[]): Promise<void> {
    await this.db.prisma.$executeRaw`
      INSERT INTO step_verdict (build_id, step_key, project_id, build_number, dockerfile_path, stage, definition, start_line, cached,
        ms, cause, detail, root_key, at)
      SELECT b.id, n."stepKey", b.project_id, b.number, n."dockerfilePath", n.stage, n.definition, n."startLine", n.cached,
        n.ms, n.cause, ARRAY(SELECT jsonb_array_elements_text(n.detail)), n."rootKey", b.queued_at
      FROM build b, jsonb_to_recordset(${storedJson(notes)}::jsonb) AS n("stepKey" text, "dockerfilePath" text, stage text, definition text,
        "startLine" int, cached boolean, ms int, cause text, detail jsonb, "rootKey" text)
      WHERE b.id = ${buildId}::uuid
      ON CONFLICT DO NOTHING`;
  }

  /** Steps that ran at least twice since `from`, with why. Its statements go over many rows, so they run one after the other. */
  async missed(projectId: string, from: Date, until: Date = new Date()): Promise<MissedSteps> {
    const span = newest(projectId, from, until);
    const known = await this.builds(span);
    const steps = await this.costliest(projectId, span);
    const keys = steps.map(({ stepKey }) => stepKey);
    const causes = keys.length === 0 ? [] : await this.causes(span, keys);
    return {
      builds: known,
      steps: steps.map((step) => ({
        ...step,
        causes: countedCauses(causes.filter(({ stepKey }) => stepKey === step.stepKey)),
      })),
    };
  }

  private async builds(span: Prisma.Sql): Promise<number> {
    const [row] = await this.db.prisma.$queryRaw<{ known: number }[]>`
      SELECT count(*)::int AS known FROM (SELECT FROM (${span}) v GROUP BY build_number) builds`;
    return row!.known;
  }

  /** All is told from one group for each step and each step before it by which it ran. */
  private costliest(projectId: string, span: Prisma.Sql): Promise<Omit<MissedStep, 'causes'>[]> {
    return this.db.prisma.$queryRaw<Omit<MissedStep, 'causes'>[]>`
      WITH pairs AS MATERIALIZED (
        SELECT step_key, root_key, cached, count(*)::int AS builds, sum(ms)::float8 AS ms, max(build_number) AS newest
        FROM (${span}) v GROUP BY step_key, root_key, cached
      ), steps AS (
        SELECT step_key, sum(builds)::int AS builds, (sum(builds) FILTER (WHERE NOT cached))::int AS ran, sum(ms) AS ms,
          max(newest) FILTER (WHERE NOT cached) AS newest,
          coalesce((SELECT sum(ms) FROM pairs a WHERE a.root_key = p.step_key), 0) AS along_ms
        FROM pairs p GROUP BY step_key
      ), worst AS (SELECT * FROM steps WHERE ran >= 2 ORDER BY ms + along_ms DESC, step_key LIMIT ${mostSteps})
      SELECT s.step_key AS "stepKey", v.dockerfile_path AS "dockerfilePath", v.stage, v.definition, v.start_line AS "startLine",
        s.builds, s.ran, s.ms, s.along_ms AS "alongMs", s.newest, coalesce(f.along, '[]'::jsonb) AS along
      FROM worst s
      JOIN build b ON b.project_id = ${projectId}::uuid AND b.number = s.newest
      JOIN step_verdict v ON v.build_id = b.id AND v.step_key = s.step_key
      LEFT JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object('definition', w.definition, 'builds', a.builds, 'ms', a.ms) ORDER BY a.ms DESC, a.step_key) AS along
        FROM (SELECT * FROM pairs WHERE root_key = s.step_key ORDER BY ms DESC, step_key LIMIT ${mostAlong}) a
        JOIN build o ON o.project_id = ${projectId}::uuid AND o.number = a.newest
        JOIN step_verdict w ON w.build_id = o.id AND w.step_key = a.step_key) f ON true
      ORDER BY s.ms + s.along_ms DESC, s.step_key`;
  }

  /** A row without a name for each cause, and one for each of the names that are most frequent in it. */
  private causes(span: Prisma.Sql, keys: readonly string[]): Promise<CauseRow[]> {
    return this.db.prisma.$queryRaw<CauseRow[]>`
      WITH ran AS MATERIALIZED (SELECT step_key, cause, detail FROM (${span}) v
        WHERE cause IS NOT NULL AND step_key = ANY (${[...keys]}))
      SELECT step_key AS "stepKey", cause, NULL AS name, count(*)::int AS builds FROM ran GROUP BY step_key, cause
      UNION ALL
      SELECT step_key, cause, name, builds FROM (
        SELECT step_key, cause, name, count(*)::int AS builds,
          row_number() OVER (PARTITION BY step_key, cause ORDER BY count(*) DESC, name) AS place
        FROM ran, unnest(detail) AS name GROUP BY step_key, cause, name) named
      WHERE place <= ${mostNames}
      ORDER BY builds DESC, name NULLS FIRST`;
  }
}

function newest(projectId: string, from: Date, until: Date): Prisma.Sql {
  return Prisma.sql`SELECT build_number, step_key, cached, ms, cause, detail, root_key FROM step_verdict
    WHERE project_id = ${projectId}::uuid AND at >= ${from} AND at < ${until} ORDER BY at DESC LIMIT ${mostVerdicts}`;
}

function countedCauses(rows: readonly CauseRow[]): MissedStep['causes'] {
  return rows
    .filter(({ name }) => name === null)
    .map(({ cause, builds }) => ({
      ...{ cause, builds },
      named: rows.flatMap((row) =>
        row.cause === cause && row.name !== null ? [{ name: row.name, builds: row.builds }] : [],
      ),
    }));
}
