import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { type ImageRecord, type ImageRow, imageMapper } from './image-repository.js';

/** An image with the names of its project. */
export interface FoundImageRecord extends ImageRecord {
  readonly organizationSlug: string;
  readonly projectSlug: string;
}

export interface ImageFilter {
  readonly projectId?: string;
  /** The beginning of a tag, or of a digest with or without `sha256:`; compared as it is, never as a pattern. */
  readonly beginning?: string;
}

type FoundRow = Omit<ImageRow, 'sizeBytes'> & { sizeBytes: bigint; organizationSlug: string; projectSlug: string };

/** Images of all projects of some organizations, newest first. */
export class ImageLists {
  constructor(private readonly db: Database) {}

  /** A page is one descent of an index for each project, at any depth. */
  async list(
    organizationIds: readonly string[],
    filter: ImageFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<FoundImageRecord>> {
    const rows = await this.db.prisma.$queryRaw<FoundRow[]>`
      SELECT i.*, o.slug AS "organizationSlug", p.slug AS "projectSlug"
      FROM project p JOIN organization o ON o.id = p.organization_id
      CROSS JOIN LATERAL (
        SELECT ${imageColumns} FROM image i
        WHERE i.project_id = p.id ${after(query)} ${beginsWith(filter.beginning)}
        ORDER BY i.id DESC LIMIT ${query.limit + 1}
      ) i
      WHERE p.organization_id = ANY (${[...organizationIds]}) AND p.deleted_at IS NULL ${ofProject(filter.projectId)}
      ORDER BY i.id DESC LIMIT ${query.limit + 1}`;
    return this.page(rows, query.limit);
  }

  /** Tagged images whose newest verification that found anything out found a fault, at most `most`: those that somebody has to look at. */
  async failing(organizationIds: readonly string[], most: number): Promise<FoundImageRecord[]> {
    const rows = await this.db.prisma.$queryRaw<FoundRow[]>(failingSql(organizationIds, most));
    return (await this.page(rows, most)).items;
  }

  private async page(rows: FoundRow[], limit: number): Promise<KeysetPage<FoundImageRecord>> {
    const toRecord = await imageMapper(this.db.prisma, rows);
    return toPage(
      rows,
      limit,
      (row) => row.id,
      ({ organizationSlug, projectSlug, ...row }) => ({ ...toRecord(row), organizationSlug, projectSlug }),
    );
  }
}

/** Names of platforms are cut: rows of before may hold what an image says of itself, which is some MiB for each row. */
const imageColumns = Prisma.sql`i.id::text, i.project_id::text AS "projectId", i.digest, i.media_type AS "mediaType",
  i.size_bytes AS "sizeBytes", ARRAY(SELECT left(name, 98) FROM unnest(i.platforms[1:50]) name) AS platforms, i.build_id::text AS "buildId", i.commit, i.created_at AS "createdAt"`;

/** Failed verifications of a project that are looked at, the newest ones. Each round over its images adds one for each that fails still. */
const mostFailures = 1_000;

/**
 * It begins at what failed, by an index of that alone, and each further look reads one row. As a join of images, tags and verifications the
 * planner walked over the images of all tenants, since it took failures for frequent (R25A-3).
 * @internal
 */
export function failingSql(organizationIds: readonly string[], most: number): Prisma.Sql {
  return Prisma.sql`
    WITH failed AS MATERIALIZED (
      SELECT DISTINCT p.id AS project_id, v.digest FROM project p CROSS JOIN LATERAL (
        SELECT digest FROM image_verification
        WHERE project_id = p.id AND NOT ok AND verdict IS DISTINCT FROM 'impossible' ORDER BY id DESC LIMIT ${mostFailures}) v
      WHERE p.organization_id = ANY (${[...organizationIds]}) AND p.deleted_at IS NULL
    ), failing AS MATERIALIZED (
      SELECT f.project_id, f.digest FROM failed f
      CROSS JOIN LATERAL (
        SELECT ok FROM image_verification v
        WHERE v.project_id = f.project_id AND v.digest = f.digest AND v.verdict IS DISTINCT FROM 'impossible' ORDER BY v.id DESC LIMIT 1) v
      CROSS JOIN LATERAL (SELECT 1 FROM image_tag t WHERE t.project_id = f.project_id AND t.digest = f.digest LIMIT 1) t
      WHERE NOT v.ok
    )
    SELECT i.*, o.slug AS "organizationSlug", p.slug AS "projectSlug"
    FROM failing f JOIN project p ON p.id = f.project_id JOIN organization o ON o.id = p.organization_id
    CROSS JOIN LATERAL (SELECT ${imageColumns} FROM image i WHERE i.project_id = f.project_id AND i.digest = f.digest LIMIT 1) i
    ORDER BY i.id DESC LIMIT ${most}`;
}

function after({ after: id }: KeysetQuery): Prisma.Sql {
  return id === null ? Prisma.empty : Prisma.sql`AND i.id < ${id}::uuid`;
}

function ofProject(projectId: string | undefined): Prisma.Sql {
  return projectId === undefined ? Prisma.empty : Prisma.sql`AND p.id = ${projectId}::uuid`;
}

function beginsWith(beginning: string | undefined): Prisma.Sql {
  if (beginning === undefined || beginning === '') return Prisma.empty;
  const digest = beginning.startsWith('sha256:') ? beginning : `sha256:${beginning}`;
  return Prisma.sql`AND (starts_with(i.digest, ${digest}) OR EXISTS (
    SELECT 1 FROM image_tag t WHERE t.project_id = i.project_id AND t.digest = i.digest AND starts_with(t.tag, ${beginning})))`;
}
