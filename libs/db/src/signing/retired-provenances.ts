import { type Digest, isDigest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its digests. */
const artifactsAtOnce = 50;

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

/**
 * Digests by which the others stand in the registry, if they stand there: of referrers, and of layers of the older storage. In pages, the
 * newest first.
 */
export async function* retiredProvenances(db: Database, image: SignedImage, newest: number): AsyncGenerator<Digest[]> {
  let before: string | undefined;
  do {
    const rows = await readRetired(
      db,
      Prisma.sql`WITH ${ranking(image, newest)} SELECT id FROM ranked
        WHERE id NOT IN (SELECT id FROM standing) ${before === undefined ? Prisma.empty : Prisma.sql`AND id < ${before}::uuid`}
        ORDER BY id DESC LIMIT ${artifactsAtOnce}`,
    );
    if (rows.length > 0) yield rows.flatMap(digestsOf);
    before = rows.at(-1)?.id;
  } while (before !== undefined);
}

/**
 * Of the same digests those that may have stood until the last build, however old they are: older ones of the ref that was built last, and
 * the newest of refs that have no room any more.
 */
export async function lastRetiredProvenances(db: Database, image: SignedImage, newest: number): Promise<Digest[]> {
  const rows = await readRetired(
    db,
    Prisma.sql`WITH ${ranking(image, newest)}
      (SELECT id FROM ranked WHERE nth > 1 AND id NOT IN (SELECT id FROM standing)
        ORDER BY newest_of_ref DESC, id DESC LIMIT ${artifactsAtOnce})
      UNION ALL (SELECT id FROM ranked WHERE nth = 1 AND id NOT IN (SELECT id FROM standing)
        ORDER BY id DESC LIMIT ${artifactsAtOnce})`,
  );
  return rows.flatMap(digestsOf);
}

interface RetiredRow {
  readonly id: string;
  readonly referrer: Digest | null;
  readonly manifest: string | null;
}

/** The newest first. @param ids of a few artifacts */
function readRetired(db: Database, ids: Prisma.Sql): Promise<RetiredRow[]> {
  return db.prisma.$queryRaw<RetiredRow[]>`
    SELECT id::text, artifact #>> '{place,descriptor,digest}' AS referrer, artifact ->> 'manifest' AS manifest
    FROM signature_artifact WHERE id IN (${ids}) ORDER BY signature_artifact.id DESC`;
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
