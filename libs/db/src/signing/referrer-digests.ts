import type { Digest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its digest. */
const artifactsAtOnce = 50;
const start = { digest: '', id: '00000000-0000-0000-0000-000000000000' };

/**
 * Digests of the manifests of all signatures and attestations that stand among referrers, of one image or of the whole project. Tags do
 * not lead to all of them.
 * @param image its digest; null for every image
 */
export async function referrerDigests(db: Database, projectId: string, image: string | null): Promise<Digest[]> {
  const ofImage = image === null ? Prisma.empty : Prisma.sql`AND digest = ${image}`;
  const found = new Set<Digest>();
  for (let after = image === null ? start : { ...start, digest: image }; ; ) {
    const rows = await db.prisma.$queryRaw<{ id: string; digest: string; referrer: Digest | null }[]>`
      SELECT id::text, digest, artifact #>> '{place,descriptor,digest}' AS referrer FROM (
        SELECT id, digest, artifact FROM signature_artifact
        WHERE project_id = ${projectId}::uuid ${ofImage} AND (digest, id) > (${after.digest}, ${after.id}::uuid)
        ORDER BY digest, id LIMIT ${artifactsAtOnce}) page
      ORDER BY page.digest, page.id`;
    for (const { referrer } of rows) if (referrer !== null) found.add(referrer);
    const last = rows.at(-1);
    if (!last) return [...found];
    after = last;
  }
}
