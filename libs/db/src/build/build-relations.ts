import { comparedName, type Digest, type StepTime } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { liveSlots } from '../lease/live-slots.js';
import type { BuildRecord } from './build-record.js';

/** How many builds are looked back upon, at most, for one that fits: the price is the same in a project of any age. */
const mostLookedAt = 200;
/** How many builds say what is usual. */
const mostCompared = 10;

/** Of which build the relations are asked. */
export type RelatedBuild = Pick<BuildRecord, 'id' | 'projectId' | 'number' | 'ruleId' | 'ref' | 'organizationId'>;

export interface GreenBuild {
  readonly id: string;
  readonly number: number;
  readonly commit: string;
  readonly digest: Digest | null;
  readonly sizeBytes: number | null;
}

export interface QueuePlace {
  /** Builds of the same organization that get a slot before this one. */
  readonly ahead: number;
  /** Builds of the same organization that hold a slot now. */
  readonly running: number;
  /** Slots of all workers that answer. */
  readonly slots: number;
}

export interface MovedTag {
  readonly tag: string;
  readonly from: Digest | null;
  readonly to: Digest;
  readonly at: Date;
}

/** What stands around a build: its neighbours, the last one that went well, what its steps usually take, its place in the queue. */
export class BuildRelations {
  constructor(private readonly db: Database) {}

  /** Numbers of the builds of the project before and after it. */
  async neighbours({ projectId, number }: RelatedBuild): Promise<{ previous: number | null; next: number | null }> {
    const [row] = await this.db.prisma.$queryRaw<{ previous: number | null; next: number | null }[]>`
      SELECT (SELECT max(number) FROM build WHERE project_id = ${projectId}::uuid AND number < ${number}) AS previous,
        (SELECT min(number) FROM build WHERE project_id = ${projectId}::uuid AND number > ${number}) AS next`;
    return row!;
  }

  /** The newest earlier build of the same rule that succeeded, of the same ref where there is one. */
  async lastGreen(build: RelatedBuild): Promise<GreenBuild | null> {
    const [row] = await this.db.prisma.$queryRaw<(Omit<GreenBuild, 'sizeBytes'> & { sizeBytes: bigint | null })[]>`
      SELECT id::text AS id, number, commit, digest, size_bytes AS "sizeBytes" FROM ${earlier(build)} e
      WHERE status = 'succeeded' ORDER BY (ref = ${build.ref}) DESC, number DESC LIMIT 1`;
    return row ? { ...row, sizeBytes: row.sizeBytes === null ? null : Number(row.sizeBytes) } : null;
  }

  /** Times of steps that ran to their end in the last builds of the same rule. Of names as much as is compared. */
  async stepTimes(build: RelatedBuild): Promise<StepTime[]> {
    return this.db.prisma.$queryRaw<StepTime[]>`
      SELECT left(s.name, ${comparedName}) AS name, s.stage, s.platform, (extract(epoch FROM s.completed_at - s.started_at) * 1000)::float8 AS ms
      FROM (SELECT id, attempt_number FROM ${earlier(build)} e
        WHERE status IN ('succeeded', 'failed') ORDER BY number DESC LIMIT ${mostCompared}) past
      JOIN attempt a ON a.build_id = past.id AND a.number = past.attempt_number
      JOIN step s ON s.attempt_id = a.id
      WHERE NOT s.internal AND NOT s.cached AND s.error IS NULL AND s.started_at IS NOT NULL AND s.completed_at IS NOT NULL
      LIMIT 5000`;
  }

  /** Its place among the waiting builds of its own organization: slots go round by organization, then by age. */
  async queuePlace({ id, organizationId }: RelatedBuild): Promise<QueuePlace> {
    const [row] = await this.db.prisma.$queryRaw<QueuePlace[]>`
      SELECT (SELECT count(*) FROM build WHERE status = 'queued' AND organization_id = ${organizationId}
          AND id < ${id}::uuid)::int AS ahead,
        (SELECT count(*) FROM attempt a JOIN build b ON b.id = a.build_id
          WHERE a.state IN ('dispatched', 'claimed') AND b.organization_id = ${organizationId})::int AS running,
        ${liveSlots} AS slots`;
    return row!;
  }

  /** What the builder of an attempt said of itself; null when nobody took it, or when it is forgotten. */
  async engineOf(buildId: string, attempt: number): Promise<{ kind: string; version: string | null } | null> {
    const [row] = await this.db.prisma.$queryRaw<{ kind: string | null; version: string | null }[]>`
      SELECT p.info->>'engine' AS kind, p.info->>'engineVersion' AS version
      FROM attempt a JOIN process_instance p ON p.id = a.instance_id
      WHERE a.build_id = ${buildId}::uuid AND a.number = ${attempt}`;
    return row?.kind == null ? null : { kind: row.kind, version: row.version };
  }

  /** Tags that this build has moved, in the order of their names. */
  async movedTags({ id, projectId }: Pick<RelatedBuild, 'id' | 'projectId'>): Promise<MovedTag[]> {
    return this.db.prisma.$queryRaw<MovedTag[]>`
      SELECT DISTINCT ON (tag) tag, from_digest AS "from", to_digest AS "to", at FROM tag_move
      WHERE project_id = ${projectId}::uuid AND build_id = ${id}::uuid ORDER BY tag, id LIMIT 100`;
  }
}

/** Earlier builds of the same project and rule, among the newest that are looked at. */
function earlier({ id, projectId, ruleId }: RelatedBuild): Prisma.Sql {
  return Prisma.sql`(SELECT * FROM (
    SELECT id, number, commit, ref, rule_id, status, digest, size_bytes, attempt_number FROM build
    WHERE project_id = ${projectId}::uuid AND id < ${id}::uuid ORDER BY id DESC LIMIT ${mostLookedAt}) newest
    WHERE rule_id IS NOT DISTINCT FROM ${ruleId}::uuid)`;
}
