import { type BuildStatus, type CacheReadFact, type FailureReport, isFinal } from '@cooperage/domain';
import type { AttemptState } from '../attempt/attempt-record.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { toBuildRecord } from './build-mapping.js';
import type { BuildRecord } from './build-record.js';
import { type BuildExtras, extrasOf, withProjectNames } from './build-summary.js';

/** What can be asked of every attempt of a build at once. */
export interface AttemptPlace {
  readonly id: string;
  readonly number: number;
  readonly state: AttemptState;
  readonly logDeletedAt: Date | null;
}

/** An attempt as a page shows it. */
export interface AttemptView extends AttemptPlace {
  readonly workerName: string | null;
  readonly placement: 'usual' | 'other' | null;
  readonly dispatchedAt: Date;
  readonly claimedAt: Date | null;
  readonly endedAt: Date | null;
  /** Null of one that many came after, too. */
  readonly failure: FailureReport | null;
  /** Null where nobody wrote it down, and as `failure`. */
  readonly cacheRead: CacheReadFact | null;
  readonly logBytes: number;
  readonly logComplete: boolean;
}

export interface StepView {
  readonly ordinal: number;
  readonly vertexId: string;
  readonly name: string;
  readonly stage: string | null;
  readonly platform: string | null;
  readonly internal: boolean;
  readonly cached: boolean;
  readonly startedAt: Date | null;
  readonly completedAt: Date | null;
  readonly error: string | null;
  /** Of the definition, where it is another than the build's own. */
  readonly target: string | null;
  readonly startLine: number | null;
  readonly endLine: number | null;
}

export interface BuildDetailRecord extends BuildRecord, BuildExtras {
  /** The newest hundred, the oldest of them first. */
  readonly attempts: readonly AttemptView[];
  readonly retryOfNumber: number | null;
  readonly secretNames: readonly string[];
  /** Ordinals of the steps that failures name, by attempt and the step's own id: `<attempt id> <step id>`. */
  readonly failedSteps: ReadonlyMap<string, number>;
}

export interface BuiltCommit {
  readonly number: number;
  readonly commit: string;
  readonly commitSubject: string;
  readonly commitAuthor: string;
}

/** A builder that was taken over makes a thousand of them, each with a failure of 256 KiB. Ours has ten, and those that builders gave back. */
const mostAttempts = 100;
const mostReports = 20;

const placeColumns = {
  id: true,
  number: true,
  state: true,
  logDeletedAt: true,
} as const satisfies Prisma.AttemptSelect;

const attemptColumns = {
  ...placeColumns,
  workerName: true,
  placement: true,
  dispatchedAt: true,
  claimedAt: true,
  endedAt: true,
  logBytes: true,
  logComplete: true,
} as const satisfies Prisma.AttemptSelect;

const reportColumns = { id: true, failure: true, cacheRead: true } as const satisfies Prisma.AttemptSelect;

const stepColumns = {
  ordinal: true,
  vertexId: true,
  name: true,
  stage: true,
  platform: true,
  internal: true,
  cached: true,
  startedAt: true,
  completedAt: true,
  error: true,
  target: true,
  startLine: true,
  endLine: true,
} as const satisfies Prisma.StepSelect;

/** One build with all that its page shows, bounded to organizations. */
export class BuildDetails {
  constructor(private readonly db: Database) {}

  async find(id: string, organizationIds: readonly string[]): Promise<BuildDetailRecord | null> {
    return this.findWhere({ id }, organizationIds);
  }

  async findByNumber(
    projectId: string,
    number: number,
    organizationIds: readonly string[],
  ): Promise<BuildDetailRecord | null> {
    return this.findWhere({ projectId, number }, organizationIds);
  }

  /** Only what authorization needs. */
  async findPlace(
    id: string,
    organizationIds: readonly string[],
  ): Promise<{ id: string; projectId: string; organizationId: string; zone: string; attemptNumber: number } | null> {
    return this.db.prisma.build.findFirst({
      where: { id, organizationId: { in: [...organizationIds] }, project: { deletedAt: null } },
      select: { id: true, projectId: true, organizationId: true, zone: true, attemptNumber: true },
    });
  }

  /** For administrators of the installation, who are in no organization by that. */
  async findPlaceAnywhere(id: string): ReturnType<BuildDetails['findPlace']> {
    return this.db.prisma.build.findFirst({
      where: { id, project: { deletedAt: null } },
      select: { id: true, projectId: true, organizationId: true, zone: true, attemptNumber: true },
    });
  }

  /** An attempt of a build by its number; null when there is none yet. */
  async findAttempt(buildId: string, number: number): Promise<AttemptPlace | null> {
    const [attempt] = await this.attemptsBetween(buildId, number, number);
    return attempt ?? null;
  }

  /** Attempts of a build from a number up to another, the oldest first. */
  async attemptsBetween(buildId: string, first: number, last: number): Promise<AttemptPlace[]> {
    const where = { buildId, number: { gte: first, lte: last } };
    const rows = await this.db.prisma.attempt.findMany({ where, select: placeColumns, orderBy: { number: 'asc' } });
    return rows.map((row) => ({ ...row, state: row.state as AttemptState }));
  }

  /** Whether a build has ended, so that it gets no further attempt. */
  async hasEnded(buildId: string): Promise<boolean> {
    const row = await this.db.prisma.build.findUnique({ where: { id: buildId }, select: { status: true } });
    return row === null || isFinal(row.status as BuildStatus);
  }

  /**
   * Commits of a ref that were built after one build of it and up to another, each with its first build, the newest first.
   * @returns `more` where there are more, or where so many builds lie between that not all were looked at
   */
  async commitsBetween(between: BuildRange, limit: number): Promise<{ items: BuiltCommit[]; more: boolean }> {
    const rows = await this.db.prisma.$queryRaw<(BuiltCommit & { isCut: boolean })[]>(
      commitsBetweenSql(between, limit + 1),
    );
    const more = rows.length > limit || rows.some(({ isCut }) => isCut);
    return { items: rows.slice(0, limit).map(({ isCut: _isCut, ...commit }) => commit), more };
  }

  async steps(attemptId: string): Promise<StepView[]> {
    return this.db.prisma.step.findMany({ where: { attemptId }, select: stepColumns, orderBy: { ordinal: 'asc' } });
  }

  /** The Dockerfile as the builder read it; null before that. */
  async dockerfile(attemptId: string): Promise<string | null> {
    const row = await this.db.prisma.attempt.findUnique({ where: { id: attemptId }, select: { dockerfile: true } });
    return row?.dockerfile ?? null;
  }

  private async findWhere(
    where: Prisma.BuildWhereInput,
    organizationIds: readonly string[],
  ): Promise<BuildDetailRecord | null> {
    const row = await this.db.prisma.build.findFirst({
      where: { ...where, organizationId: { in: [...organizationIds] }, project: { deletedAt: null } },
      include: withProjectNames,
    });
    return row && this.complete(row);
  }

  private async complete({ project, ...row }: NamedBuildRow): Promise<BuildDetailRecord> {
    const { prisma } = this.db;
    const newest = { where: { buildId: row.id }, orderBy: { number: 'desc' } } as const;
    const [[extras], attempts, reports, retried, secrets] = await Promise.all([
      extrasOf(prisma, [{ ...row, project }]),
      prisma.attempt.findMany({ ...newest, select: attemptColumns, take: mostAttempts }),
      prisma.attempt.findMany({ ...newest, select: reportColumns, take: mostReports }),
      row.retryOf ? prisma.build.findUnique({ where: { id: row.retryOf }, select: { number: true } }) : null,
      prisma.projectSecret.findMany({
        where: { projectId: row.projectId },
        select: { name: true },
        orderBy: { name: 'asc' },
      }),
    ]);
    const reportOf = new Map(reports.map((report) => [report.id, report]));
    const views = attempts.toReversed().map((attempt) => toAttemptView(attempt, reportOf.get(attempt.id)));
    return {
      ...toBuildRecord(row),
      ...extras!,
      attempts: views,
      retryOfNumber: retried?.number ?? null,
      // Strangers' builds are given none.
      secretNames: row.zone === 'fork' ? [] : secrets.map(({ name }) => name),
      failedSteps: await this.failedSteps(views),
    };
  }

  private async failedSteps(attempts: readonly AttemptView[]): Promise<Map<string, number>> {
    // A builder wrote it, and what is no text would be a filter.
    const places = attempts.flatMap(({ id, failure }) => {
      const stepId: unknown = failure?.place?.stepId;
      return typeof stepId === 'string' ? [{ attemptId: id, vertexId: stepId }] : [];
    });
    if (places.length === 0) return new Map();
    const rows = await this.db.prisma.step.findMany({
      where: { OR: places },
      select: { attemptId: true, vertexId: true, ordinal: true },
    });
    return new Map(rows.map((row) => [`${row.attemptId} ${row.vertexId}`, row.ordinal]));
  }
}

type NamedBuildRow = Prisma.BuildGetPayload<{ include: typeof withProjectNames }>;
type AttemptRow = Prisma.AttemptGetPayload<{ select: typeof attemptColumns }>;
type ReportRow = Prisma.AttemptGetPayload<{ select: typeof reportColumns }>;

function toAttemptView(row: AttemptRow, report: ReportRow | undefined): AttemptView {
  return {
    ...row,
    state: row.state as AttemptState,
    placement: row.placement as AttemptView['placement'],
    failure: (report?.failure ?? null) as unknown as FailureReport | null,
    cacheRead: (report?.cacheRead ?? null) as unknown as CacheReadFact | null,
    logBytes: Number(row.logBytes),
  };
}

/** Two builds of one ref, by their ids. */
export interface BuildRange {
  readonly projectId: string;
  readonly ref: string;
  readonly after: string;
  readonly upTo: string;
}

/** Builds between two others that are looked at, the newest ones: any number may lie there (R25A-1). */
const mostBetween = 2_000;

/** @internal */
export function commitsBetweenSql({ projectId, ref, after, upTo }: BuildRange, limit: number): Prisma.Sql {
  return Prisma.sql`
    WITH newest AS MATERIALIZED (
      SELECT number, commit, commit_subject, commit_author FROM build
      WHERE project_id = ${projectId}::uuid AND ref = ${ref} AND id > ${after}::uuid AND id <= ${upTo}::uuid
      ORDER BY id DESC LIMIT ${mostBetween}
    )
    SELECT number, commit, commit_subject AS "commitSubject", commit_author AS "commitAuthor",
      (SELECT count(*) FROM newest) = ${mostBetween} AS "isCut"
    FROM (SELECT DISTINCT ON (commit) * FROM newest ORDER BY commit, number) firsts
    ORDER BY number DESC LIMIT ${limit}`;
}
