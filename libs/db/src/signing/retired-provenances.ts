import { type Digest, isDigest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its digests. */
const artifactsAtOnce = 50;
/** Rows that are looked at to clear away what is old: those of 2,500 builds. */
const mostOthers = 5_000;

export interface SignedImage {
  readonly projectId: string;
  readonly digest: string;
}

/**
 * SQL: `ranked`, the provenances of an image, in both forms, of whichever build. `nth` counts those of one zone and ref from the newest on,
 * and `newest_of_ref` is the first of them; both are null where the build is gone. `standing`: ids of those that stay beside the image.
 * These are the newest of each zone and ref, then the newest of all, `newest` rows together, and those of the build that the image is
 * of. So builds of one ref do not push out what another ref is verified by.
 */
function ranking({ projectId, digest }: SignedImage, newest: number): Prisma.Sql {
  return Prisma.sql`ranked AS (
      SELECT s.id, s.build_id, CASE WHEN b.id IS NOT NULL THEN row_number() OVER of_ref END AS nth,
        CASE WHEN b.id IS NOT NULL THEN first_value(s.id) OVER of_ref END AS newest_of_ref
      FROM signature_artifact s LEFT JOIN build b ON b.id = s.build_id
      WHERE s.project_id = ${projectId}::uuid AND s.digest = ${digest} AND s.kind NOT IN ('signature', 'legacy_signature')
      WINDOW of_ref AS (PARTITION BY b.zone, b.ref, s.kind ORDER BY s.id DESC)
    ), standing AS (
      (SELECT id FROM ranked ORDER BY (nth = 1) IS TRUE DESC, id DESC LIMIT ${newest})
      UNION (SELECT id FROM ranked WHERE build_id = (SELECT build_id FROM image
        WHERE project_id = ${projectId}::uuid AND digest = ${digest}))
    )`;
}

/** SQL: ids of the provenances that stay beside the image, see `ranking`. */
export function standingProvenances(image: SignedImage, newest: number): Prisma.Sql {
  return Prisma.sql`WITH ${ranking(image, newest)} SELECT id FROM standing`;
}

/** Of those that do not stand beside the image any more, some: the newest first. */
export interface RetiredProvenances {
  /**
   * Those that may have stood until the last build, however old they are: older ones of the ref that was built last, and the newest of refs
   * that have no room any more.
   */
  readonly last: readonly string[];
  readonly others: readonly string[];
}

/** Ids of provenances that may still stand in the registry. All rows of the image are ranked for it, so ask once. */
export async function retiredProvenances(
  db: Database,
  image: SignedImage,
  newest: number,
): Promise<RetiredProvenances> {
  const rows = await db.prisma.$queryRaw<{ id: string; isLast: boolean }[]>`
    WITH ${ranking(image, newest)}, retired AS (SELECT * FROM ranked WHERE id NOT IN (SELECT id FROM standing)), last AS (
      (SELECT id FROM retired WHERE nth > 1 ORDER BY newest_of_ref DESC, id DESC LIMIT ${artifactsAtOnce})
      UNION ALL (SELECT id FROM retired WHERE nth = 1 ORDER BY id DESC LIMIT ${artifactsAtOnce})
    ), others AS (
      SELECT id FROM retired WHERE id NOT IN (SELECT id FROM last) ORDER BY id DESC LIMIT ${mostOthers}
    )
    SELECT id::text, is_last AS "isLast" FROM (SELECT id, true AS is_last FROM last UNION ALL SELECT id, false FROM others) r
    ORDER BY r.id DESC`;
  const idsOf = (isLast: boolean) => rows.filter((row) => row.isLast === isLast).map(({ id }) => id);
  return { last: idsOf(true), others: idsOf(false) };
}

/**
 * Digests by which provenances stand in the registry, if they stand there: of referrers, and of layers of the older storage. In pages, each
 * of a few of the ids.
 */
export async function* digestsOfProvenances(db: Database, ids: readonly string[]): AsyncGenerator<Digest[]> {
  for (let at = 0; at < ids.length; at += artifactsAtOnce) {
    const rows = await db.prisma.$queryRaw<RetiredRow[]>`
      SELECT artifact #>> '{place,descriptor,digest}' AS referrer, artifact ->> 'manifest' AS manifest
      FROM signature_artifact WHERE id = ANY (${ids.slice(at, at + artifactsAtOnce)}::uuid[])`;
    yield rows.flatMap(digestsOf);
  }
}

interface RetiredRow {
  readonly referrer: Digest | null;
  readonly manifest: string | null;
}

function digestsOf({ referrer, manifest }: RetiredRow): Digest[] {
  return referrer === null ? layersOf(manifest) : [referrer];
}

/** @param manifest in base64, as the signer made it */
function layersOf(manifest: string | null): Digest[] {
  if (manifest === null) return [];
  const { layers } = JSON.parse(Buffer.from(manifest, 'base64').toString('utf8')) as { layers: { digest: string }[] };
  return layers.map(({ digest }) => digest).filter((digest) => isDigest(digest));
}
