import type { Digest } from '@cooperage/domain';
import type { Database, Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { type KeysetPage, type KeysetQuery, toPage } from '../page.js';
import { type ShownTags, shownTags } from './image-tags.js';
import {
  newestVerifications,
  type StoredVerdict,
  type Verifications,
  verificationOf,
  verifiedOf,
} from './newest-verification.js';
import { type TagUse, tagUseOf } from './tag-bounds.js';

/** An image of a project's repository, as the rows know it. */
export interface ImageRecord extends ShownTags {
  readonly id: string;
  readonly projectId: string;
  readonly digest: Digest;
  readonly mediaType: string;
  readonly sizeBytes: number;
  readonly platforms: readonly string[];
  readonly buildId: string | null;
  readonly buildNumber: number | null;
  readonly commit: string | null;
  readonly verified: boolean | null;
  /** What the newest verification found; null without one. */
  readonly verdict: StoredVerdict | null;
  readonly verifiedAt: Date | null;
  readonly createdAt: Date;
}

export interface TagRecord {
  readonly tag: string;
  readonly digest: Digest;
  readonly buildId: string | null;
  readonly buildNumber: number | null;
  readonly movedAt: Date;
}

export interface TagMoveRecord {
  readonly id: string;
  readonly tag: string;
  readonly fromDigest: Digest | null;
  readonly toDigest: Digest;
  readonly buildNumber: number | null;
  readonly movedBy: string | null;
  readonly at: Date;
}

/** Moves of one tag, or those that one image came or went by. */
export interface MoveFilter {
  readonly tag?: string;
  readonly digest?: string;
}

/** @internal */
export type ImageRow = Prisma.ImageGetPayload<object>;

/** Images, tags and their moves of one project. The caller has checked that the project may be seen. */
export class ImageRepository {
  constructor(private readonly db: Database) {}

  async find(projectId: string, digest: string): Promise<ImageRecord | null> {
    const row = await this.db.prisma.image.findUnique({ where: { projectId_digest: { projectId, digest } } });
    return row && (await imageMapper(this.db.prisma, [row]))(row);
  }

  /** Tags in the order of their names. `query.after` is a tag. */
  async tags(projectId: string, query: KeysetQuery): Promise<KeysetPage<TagRecord>> {
    const rows = await this.db.prisma.imageTag.findMany({
      where: { projectId, ...(query.after && { tag: { gt: query.after } }) },
      select: { tag: true, digest: true, buildId: true, buildNumber: true, movedAt: true },
      orderBy: { tag: 'asc' },
      take: query.limit + 1,
    });
    return toPage(
      rows,
      query.limit,
      (row) => row.tag,
      (row) => ({ ...row, digest: row.digest as Digest }),
    );
  }

  tagUse(projectId: string): Promise<TagUse> {
    return tagUseOf(this.db.prisma, projectId);
  }

  /** Of one tag, or those that one image came or went by. */
  async tagMoves(
    projectId: string,
    { tag, digest }: MoveFilter,
    query: KeysetQuery,
  ): Promise<KeysetPage<TagMoveRecord>> {
    const ids = await this.db.prisma.$queryRaw<{ id: string }[]>(newestMoves(projectId, { tag, digest }, query));
    const rows = await this.db.prisma.tagMove.findMany({
      where: { id: { in: ids.map(({ id }) => id) } },
      select: { id: true, tag: true, fromDigest: true, toDigest: true, buildNumber: true, movedBy: true, at: true },
      orderBy: { id: 'desc' },
    });
    return toPage(
      rows,
      query.limit,
      (row) => row.id,
      (row) => ({ ...row, fromDigest: row.fromDigest as Digest | null, toDigest: row.toDigest as Digest }),
    );
  }
}

/** @internal Ids of one page and one more. What is asked for has an index, each digest of a move its own. */
export function newestMoves(projectId: string, { tag, digest }: MoveFilter, { after, limit }: KeysetQuery): Prisma.Sql {
  const page = (ofDigest: Prisma.Sql) => Prisma.sql`(
    SELECT id FROM tag_move WHERE project_id = ${projectId}::uuid ${ofDigest}
      ${tag === undefined ? Prisma.empty : Prisma.sql`AND tag = ${tag}`}
      ${after === null ? Prisma.empty : Prisma.sql`AND id < ${after}::uuid`}
    ORDER BY id DESC LIMIT ${limit + 1})`;
  const pages =
    digest === undefined
      ? page(Prisma.empty)
      : Prisma.sql`${page(Prisma.sql`AND to_digest = ${digest}`)} UNION ${page(Prisma.sql`AND from_digest = ${digest}`)}`;
  return Prisma.sql`SELECT id::text FROM (${pages}) moves ORDER BY moves.id DESC LIMIT ${limit + 1}`;
}

/** @internal Reads what belongs to a page of images at once, and gives the function that puts it together. */
export async function imageMapper(db: Queryable, rows: readonly ImageRow[]): Promise<(row: ImageRow) => ImageRecord> {
  const buildIds = rows.flatMap(({ buildId }) => (buildId === null ? [] : [buildId]));
  const [verifications, builds, tags] = await Promise.all([
    newestVerifications(db, rows),
    db.build.findMany({ where: { id: { in: buildIds } }, select: { id: true, number: true } }),
    shownTags(db, rows),
  ]);
  const numbers = new Map(builds.map(({ id, number }) => [id, number]));
  return (row) => toImageRecord(row, verifications, numbers, tags(row));
}

function toImageRecord(
  row: ImageRow,
  verifications: Verifications,
  numbers: ReadonlyMap<string, number>,
  tags: ShownTags,
): ImageRecord {
  const newest = verificationOf(verifications, row);
  return {
    ...row,
    digest: row.digest as Digest,
    sizeBytes: Number(row.sizeBytes),
    ...tags,
    buildNumber: row.buildId === null ? null : (numbers.get(row.buildId) ?? null),
    verified: verifiedOf(verifications, row),
    verdict: newest?.verdict ?? null,
    verifiedAt: newest?.at ?? null,
  };
}
