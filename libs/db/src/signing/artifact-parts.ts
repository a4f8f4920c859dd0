import { createHash } from 'node:crypto';
import { type Digest, isDigest } from '@cooperage/domain';
import type { Database } from '../database.js';

/** Artifacts that one statement reads: each may have some MiB, which are unpacked for its manifest. */
const artifactsAtOnce = 50;

/** A manifest of what signs or attests an image, or its config or one of its layers. */
export interface ArtifactPart {
  readonly image: Digest;
  readonly digest: Digest;
}

/** Manifests of the signatures and attestations of some images, and the configs and layers that they name. */
export async function* artifactParts(
  db: Database,
  projectId: string,
  images: readonly Digest[],
): AsyncGenerator<ArtifactPart> {
  for (let after = { digest: '', id: '00000000-0000-0000-0000-000000000000' }; ; ) {
    const rows = await db.prisma.$queryRaw<{ id: string; digest: string; manifest: string | null }[]>`
      SELECT id::text, digest, artifact ->> 'manifest' AS manifest FROM (
        SELECT id, digest, artifact FROM signature_artifact
        WHERE project_id = ${projectId}::uuid AND digest = ANY (${[...images]}) AND (digest, id) > (${after.digest}, ${after.id}::uuid)
        ORDER BY digest, id LIMIT ${artifactsAtOnce}) page
      ORDER BY page.digest, page.id`;
    for (const { digest: image, manifest } of rows)
      if (manifest !== null) for (const digest of partsOf(manifest)) yield { image: image as Digest, digest };
    const last = rows.at(-1);
    if (!last) return;
    after = last;
  }
}

/** @param manifest in base64, as the signer made it */
function* partsOf(manifest: string): Generator<Digest> {
  const bytes = Buffer.from(manifest, 'base64');
  yield `sha256:${createHash('sha256').update(bytes).digest('hex')}` as Digest;
  const { config, layers } = JSON.parse(bytes.toString('utf8'));
  for (const { digest } of [config, ...layers]) if (isDigest(digest)) yield digest;
}
