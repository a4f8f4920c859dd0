import {
  type CacheMode,
  chooseMode,
  isExportMode,
  type ModeChoice,
  type ModeReason,
  type ModeSample,
  type ModeView,
  modeViews,
  modeWindow,
} from '@cooperage/domain';
import type { BuildRecord } from '../build/build-record.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

interface SampleRow {
  /** As its builder wrote it down. */
  readonly mode: string | null;
  readonly why: ModeReason | null;
  readonly isMain: boolean;
  readonly savedMs: number;
  readonly importMs: number;
  readonly exportMs: number;
  readonly exportBytes: number | null;
}

/** What builds left of their caches, and what the next one should leave. */
export class CacheModeRepository {
  constructor(private readonly db: Database) {}

  /** As the project wants it, or by the numbers of its builds before this one. */
  async choose({ projectId, number }: Pick<BuildRecord, 'projectId' | 'number'>): Promise<ModeChoice> {
    const project = await this.db.prisma.project.findUnique({
      where: { id: projectId },
      select: { cacheMode: true },
    });
    const wanted = (project?.cacheMode ?? 'automatic') as CacheMode;
    return choiceOf(wanted, wanted === 'automatic' ? await this.samples(projectId, number) : [], number);
  }

  /** What the modes were worth, and what a build would leave if it were asked for now. */
  async outlook(projectId: string): Promise<{ numbers: ModeView[]; next: ModeChoice }> {
    const project = await this.db.prisma.project.findUniqueOrThrow({
      where: { id: projectId },
      select: { lastBuildNumber: true, cacheMode: true },
    });
    const number = project.lastBuildNumber + 1;
    const samples = await this.samples(projectId, number);
    return { numbers: modeViews(samples), next: choiceOf(project.cacheMode as CacheMode, samples, number) };
  }

  /** The newest builds that have succeeded before some number, the newest first. */
  async samples(projectId: string, before: number): Promise<ModeSample[]> {
    return withModes(await this.db.prisma.$queryRaw<SampleRow[]>(samplesSql(projectId, before)));
  }
}

function choiceOf(wanted: CacheMode, samples: readonly ModeSample[], number: number): ModeChoice {
  return wanted === 'automatic' ? chooseMode(samples, number) : { mode: wanted, why: 'set' };
}

/** Builds that are looked at, the newest ones: of a project whose builds write no cache, none may be a sample (R25A-2). */
const mostBuilds = 2_000;

/** @internal */
export function samplesSql(projectId: string, before: number): Prisma.Sql {
  return Prisma.sql`
      SELECT CASE WHEN cache_mode IS NULL AND cache_export = 'done' THEN 'max' ELSE cache_mode END AS mode, cache_mode_why AS why,
        ref IS NOT DISTINCT FROM (SELECT 'refs/heads/' || default_branch FROM project WHERE id = ${projectId}::uuid) AS "isMain",
        cache_saved_ms::float8 AS "savedMs", coalesce(cache_import_ms, 0)::float8 AS "importMs",
        coalesce(cache_export_ms, 0)::float8 AS "exportMs", cache_export_bytes::float8 AS "exportBytes"
      FROM (SELECT * FROM build WHERE project_id = ${projectId}::uuid AND number < ${before} ORDER BY number DESC LIMIT ${mostBuilds}) newest
      WHERE status = 'succeeded' AND zone <> 'fork'
        AND cache_backend = 'registry' AND cache_policy <> 'none' AND cache_saved_ms IS NOT NULL
      ORDER BY number DESC LIMIT ${modeWindow}`;
}

/** A build of which every step was found leaves nothing new, and a mode that is none is no word of one: what was left before it still stands. */
function withModes(rows: readonly SampleRow[]): ModeSample[] {
  let present: Pick<ModeSample, 'mode' | 'explored'> = { mode: 'max', explored: false };
  return rows
    .toReversed()
    .map(({ mode, why, ...numbers }) => {
      if (isExportMode(mode)) present = { mode, explored: why === 'explores' };
      return { ...numbers, ...present };
    })
    .toReversed();
}
