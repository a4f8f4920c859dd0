import { setTimeout } from 'node:timers/promises';
import pg from 'pg';

export interface BuildRow {
  readonly id: string;
  readonly status: string;
  readonly commit: string;
  readonly digest: string | null;
  readonly failure: unknown;
  readonly stepsTotal: number | null;
  readonly stepsCached: number | null;
  readonly cacheExport: string;
  /** What the export of its cache took. */
  readonly exportMs: number | null;
  /** From the claim to the image in the staging repository: the builder's own time. */
  readonly builderMs: number | null;
}

/** When a build was there to be built, and when it held a slot, milliseconds on one clock. */
export interface SlotTime {
  readonly buildId: string;
  readonly organizationId: string;
  readonly queuedMs: number;
  readonly claimedMs: number;
  readonly endedMs: number;
}

export interface AttemptRow {
  readonly id: string;
  /** Under which the engine knows the Solve; null until the builder has read the source. */
  readonly engineReference: string | null;
}

/** What the product's own tables say, read beside its API so that reading costs it nothing. */
export class Rows {
  private readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 2 });
  }

  async build(id: string): Promise<BuildRow> {
    const { rows } = await this.pool.query<BuildRow>(
      `SELECT id, status, commit, digest, failure, steps_total AS "stepsTotal", steps_cached AS "stepsCached",
         cache_export AS "cacheExport", cache_export_ms AS "exportMs", (extract(epoch FROM built_at - started_at) * 1000)::float8 AS "builderMs"
       FROM build WHERE id = $1`,
      [id],
    );
    const [row] = rows;
    if (!row) throw new Error(`there is no build ${id}`);
    return row;
  }

  /** @param sql one count, `n`, whose one parameter is a list */
  async count(sql: string, list: readonly string[]): Promise<number> {
    const { rows } = await this.pool.query<{ n: number }>(sql, [list]);
    return rows[0]!.n;
  }

  /** For which the builds of a project are made. */
  async platform(projectId: string): Promise<string> {
    const { rows } = await this.pool.query<{ platform: string }>(
      'SELECT DISTINCT platform FROM build WHERE project_id = $1',
      [projectId],
    );
    const [row, another] = rows;
    if (!row || another) throw new Error(`the builds of ${projectId} are for ${rows.length} platforms`);
    return row.platform;
  }

  async attempt(buildId: string): Promise<AttemptRow | null> {
    const { rows } = await this.pool.query<AttemptRow>(
      'SELECT id, engine_reference AS "engineReference" FROM attempt WHERE build_id = $1 ORDER BY number DESC LIMIT 1',
      [buildId],
    );
    return rows[0] ?? null;
  }

  /** When each build of these commits held its slot, once all have succeeded. @throws {Error} for one that did not, or after `timeoutMs` */
  async slotTimes(commits: readonly string[], timeoutMs: number): Promise<SlotTime[]> {
    const until = performance.now() + timeoutMs;
    while (performance.now() < until) {
      const { rows } = await this.pool.query<SlotTime & { status: string }>(
        `SELECT b.id AS "buildId", b.status, b.organization_id AS "organizationId", (extract(epoch FROM b.queued_at) * 1000)::float8 AS "queuedMs",
           (extract(epoch FROM a.claimed_at) * 1000)::float8 AS "claimedMs", (extract(epoch FROM a.ended_at) * 1000)::float8 AS "endedMs"
         FROM build b LEFT JOIN attempt a ON a.build_id = b.id AND a.number = b.attempt_number WHERE b.commit = ANY($1)`,
        [commits],
      );
      const broken = rows.find(({ status }) => ['failed', 'canceled', 'timed_out'].includes(status));
      if (broken) throw new Error(`a build of the crowd ended as ${broken.status}`);
      if (rows.length === commits.length && rows.every(({ status }) => status === 'succeeded')) return rows;
      await setTimeout(100);
    }
    throw new Error('the crowd was not built in time');
  }

  /** Time of the steps of builds, milliseconds. */
  async stepMs(buildIds: readonly string[]): Promise<number> {
    const { rows } = await this.pool.query<{ ms: number }>(
      `SELECT coalesce(sum(extract(epoch FROM s.completed_at - s.started_at)) * 1000, 0)::float8 AS ms
       FROM step s JOIN attempt a ON a.id = s.attempt_id WHERE a.build_id = ANY($1::uuid[]) AND NOT s.cached AND s.name LIKE '%RUN%'`,
      [buildIds],
    );
    return rows[0]!.ms;
  }

  /** How many deliveries of a project were taken, how many builds they made, and how often a builder claimed one. */
  async census(projectId: string): Promise<{ deliveries: number; builds: number; claims: number }> {
    const { rows } = await this.pool.query<{ deliveries: number; builds: number; claims: number }>(
      `SELECT (SELECT count(*) FROM delivery WHERE project_id = $1)::int AS deliveries,
         (SELECT count(*) FROM build WHERE project_id = $1)::int AS builds,
         (SELECT count(*) FROM build_event e JOIN build b ON b.id = e.build_id
            WHERE b.project_id = $1 AND e.event = 'claimed')::int AS claims`,
      [projectId],
    );
    return rows[0]!;
  }

  /** From now on builds of this project have nothing to export. */
  async keepFromExporting(projectId: string): Promise<void> {
    await this.pool.query(`
      CREATE FUNCTION bench_no_export() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN NEW.cache_export := 'none'; RETURN NEW; END $$;
      CREATE TRIGGER bench_no_export BEFORE UPDATE ON build FOR EACH ROW
        WHEN (NEW.project_id = '${uuid(projectId)}' AND NEW.cache_export = 'pending') EXECUTE FUNCTION bench_no_export()`);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function uuid(text: string): string {
  if (!/^[0-9a-f-]{36}$/.test(text)) throw new TypeError(`${text} is no id`);
  return text;
}
