import { type Digest, isDigest } from '@cooperage/domain';
import type { Database } from '../database.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its manifest. */
const artifactsAtOnce = 50;

/** Configs and layers of the signatures and attestations of some images, as their stored manifests name them. */
export async function* artifactBlobs(
  db: Database,
  projectId: string,
  images: readonly Digest[],
): AsyncGenerator<Digest> {
  for (let after = { digest: '', id: '00000000-0000-0000-0000-000000000000' }; ; ) {
    const rows = await db.prisma.$queryRaw<{ id: string; digest: string; manifest: string | null }[]>`
      SELECT id::text, digest, artifact ->> 'manifest' AS manifest FROM (
        SELECT id, digest, artifact FROM signature_artifact
        WHERE project_id = ${projectId}::uuid AND digest = ANY (${[...images]}) AND (digest, id) > (${after.digest}, ${after.id}::uuid)
        ORDER BY digest, id LIMIT ${artifactsAtOnce}) page
      ORDER BY page.digest, page.id`;
    for (const { manifest } of rows) if (manifest !== null) yield* blobsOf(manifest);
    const last = rows.at(-1);
    if (!last) return;
    after = last;
  }
}

/** @param manifest in base64, as the signer made it */
function* blobsOf(manifest: string): Generator<Digest> {
  const { config, layers } = JSON.parse(Buffer.from(manifest, 'base64').toString('utf8'));
  for (const { digest } of [config, ...layers]) if (isDigest(digest)) yield digest;
}
