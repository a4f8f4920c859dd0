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
