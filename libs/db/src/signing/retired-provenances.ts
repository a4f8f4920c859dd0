import { type Digest, isDigest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its digests. */
const artifactsAtOnce = 50;

export interface SignedImage {
  readonly projectId: string;
  readonly digest: string;
}

/** SQL: ids of the provenances, in both forms, of whichever build. */
function provenancesOf({ projectId, digest }: SignedImage): Prisma.Sql {
  return Prisma.sql`SELECT id FROM signature_artifact
    WHERE project_id = ${projectId}::uuid AND digest = ${digest} AND kind NOT IN ('signature', 'legacy_signature')`;
}

/** SQL: the build that the image is of. Its provenance is what the image is verified by, however many newer ones there are. */
function buildOf({ projectId, digest }: SignedImage): Prisma.Sql {
  return Prisma.sql`SELECT build_id FROM image WHERE project_id = ${projectId}::uuid AND digest = ${digest}`;
}

/** SQL: ids of those that stay beside the image: the newest, and those of its own build. */
export function standingProvenances(image: SignedImage, newest: number): Prisma.Sql {
  return Prisma.sql`(${provenancesOf(image)} ORDER BY id DESC LIMIT ${newest})
    UNION (${provenancesOf(image)} AND build_id = (${buildOf(image)}))`;
}

/**
 * Digests by which the others stand in the registry, if they stand there: of referrers, and of layers of the older storage. In pages, the
 * newest first.
 */
export async function* retiredProvenances(db: Database, image: SignedImage, newest: number): AsyncGenerator<Digest[]> {
  const [last] = await db.prisma.$queryRaw<{ id: string }[]>`
    SELECT id::text FROM (${provenancesOf(image)} ORDER BY id DESC OFFSET ${newest - 1} LIMIT 1) boundary`;
  for (let before = last?.id; before !== undefined; ) {
    const rows = await db.prisma.$queryRaw<{ id: string; referrer: Digest | null; manifest: string | null }[]>`
      SELECT id::text, artifact #>> '{place,descriptor,digest}' AS referrer, artifact ->> 'manifest' AS manifest
      FROM signature_artifact WHERE id IN (
        ${provenancesOf(image)} AND build_id IS DISTINCT FROM (${buildOf(image)}) AND id < ${before}::uuid
        ORDER BY id DESC LIMIT ${artifactsAtOnce})
      ORDER BY signature_artifact.id DESC`;
    if (rows.length > 0) yield rows.flatMap(({ referrer, manifest }) => referrer ?? layersOf(manifest));
    before = rows.at(-1)?.id;
  }
}

/** @param manifest in base64, as the signer made it */
function layersOf(manifest: string | null): Digest[] {
  if (manifest === null) return [];
  const { layers } = JSON.parse(Buffer.from(manifest, 'base64').toString('utf8')) as { layers: { digest: string }[] };
  return layers.map(({ digest }) => digest).filter((digest) => isDigest(digest));
}
