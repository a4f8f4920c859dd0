import type { Digest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

export interface ImageBuild {
  readonly number: number;
  readonly ref: string;
  readonly trigger: string;
  readonly triggeredBy: string | null;
}

export interface PreviousImage {
  readonly digest: Digest;
  readonly sizeBytes: number;
  readonly buildNumber: number | null;
}

/** A base image of a build, and the newest digest that the organization's builds know under its name. */
export interface BaseFact {
  readonly name: string;
  readonly digest: string;
  readonly newest: { readonly digest: string; readonly buildId: string; readonly at: Date } | null;
  /** What its registry said; null when it was not asked yet, or the name has no tag that could move. */
  readonly registry: BaseRegistryFact | null;
}

export interface BaseRegistryFact {
  /** Null when it has never told. */
  readonly digest: string | null;
  /** Whether that is what the build used, or an index which has it; null when it has never told. */
  readonly isUsed: boolean | null;
  readonly foundAt: Date | null;
  readonly answeredAt: Date | null;
  /** Why the newest question was not answered. */
  readonly problem: string | null;
  readonly checkedAt: Date;
}

/** So many newest builds of an organization are looked at for newer base images. */
const buildsForBases = 200;

/** What rows know around one image. The caller has checked that the project may be seen. */
export class ImageFacts {
  constructor(private readonly db: Database) {}

  async build(buildId: string): Promise<ImageBuild | null> {
    return this.db.prisma.build.findUnique({
      where: { id: buildId },
      select: { number: true, ref: true, trigger: true, triggeredBy: true },
    });
  }

  /** The image that the project published before the one with this id. */
  async previous(projectId: string, imageId: string): Promise<PreviousImage | null> {
    const row = await this.db.prisma.image.findFirst({
      where: { projectId, id: { lt: imageId } },
      orderBy: { id: 'desc' },
      select: { digest: true, sizeBytes: true, buildId: true },
    });
    if (!row) return null;
    const build =
      row.buildId === null
        ? null
        : await this.db.prisma.build.findUnique({ where: { id: row.buildId }, select: { number: true } });
    return { digest: row.digest as Digest, sizeBytes: Number(row.sizeBytes), buildNumber: build?.number ?? null };
  }

  /** In the order in which the build used them. */
  async bases(buildId: string): Promise<BaseFact[]> {
    return this.db.prisma.$queryRaw<BaseFact[]>`
      WITH mine AS (
        SELECT b.organization_id, b.project_id, x.at, x.base->>'name' AS name, x.base->>'digest' AS digest
        FROM build b, jsonb_array_elements(${listOf(Prisma.sql`b.base_images`)}) WITH ORDINALITY AS x(base, at)
        WHERE b.id = ${buildId}::uuid AND ${isBase(Prisma.sql`x.base`)}
      ), recent AS (
        SELECT b.id, b.base_images, coalesce(b.built_at, b.queued_at) AS at FROM build b
        WHERE b.organization_id = (SELECT organization_id FROM mine LIMIT 1)
        ORDER BY b.id DESC LIMIT ${buildsForBases}
      ), known AS (
        SELECT DISTINCT ON (x->>'name') x->>'name' AS name, x->>'digest' AS digest, r.id, r.at
        FROM recent r, jsonb_array_elements(${listOf(Prisma.sql`r.base_images`)}) AS x
        WHERE ${isBase(Prisma.sql`x`)} ORDER BY x->>'name', r.id DESC
      )
      SELECT m.name, m.digest, CASE WHEN k.name IS NULL THEN NULL
        ELSE json_build_object('digest', k.digest, 'buildId', k.id, 'at', to_json(k.at)) END AS newest,
        CASE WHEN t.checked_at IS NULL THEN NULL ELSE json_build_object('digest', t.digest,
          'isUsed', t.digest = m.digest OR m.digest = ANY(t.members), 'foundAt', to_json(t.found_at),
          'answeredAt', to_json(t.answered_at), 'problem', t.problem, 'checkedAt', to_json(t.checked_at)) END AS registry
      FROM mine m LEFT JOIN known k USING (name) LEFT JOIN base_tag t ON t.project_id = m.project_id AND t.name = m.name
      ORDER BY m.at`.then((rows) => rows.map(withDate));
  }
}

/** Builders wrote them, and what is no list, or has no digest, would take the images of the whole organization away. */
function listOf(column: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`CASE jsonb_typeof(${column}) WHEN 'array' THEN ${column} ELSE '[]' END`;
}

function isBase(value: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`${value}->>'name' IS NOT NULL AND ${value}->>'digest' IS NOT NULL`;
}

/** JSON has no dates. */
function withDate({ newest, registry, ...base }: BaseFact): BaseFact {
  return {
    ...base,
    newest: newest && { ...newest, at: new Date(newest.at) },
    registry: registry && {
      ...registry,
      foundAt: registry.foundAt && new Date(registry.foundAt),
      answeredAt: registry.answeredAt && new Date(registry.answeredAt),
      checkedAt: new Date(registry.checkedAt),
    },
  };
}
