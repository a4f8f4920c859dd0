import type { Digest } from '@cooperage/domain';
import type { Queryable } from '../database.js';

/** @internal Two forms each, by the few keys that a project has had. */
export const newestSignatures = 20;

/** An image of a project, and the build whose record it has to match; null where none is known. */
export interface SignedByBuild {
  readonly id: string | null;
  readonly projectId: string;
  readonly digest: string;
}

/** @internal Digests of what should stand among the referrers of an image: what a build signed, and the newest signatures. */
export async function readReferrersOf(db: Queryable, build: SignedByBuild): Promise<Digest[]> {
  const rows = await db.$queryRaw<{ referrer: Digest }[]>`
    WITH listed AS (
      (SELECT artifact FROM signature_artifact WHERE build_id = ${build.id}::uuid AND kind IN ('signature', 'provenance'))
      UNION ALL
      (SELECT artifact FROM signature_artifact
        WHERE project_id = ${build.projectId}::uuid AND digest = ${build.digest} AND kind = 'signature'
        ORDER BY id DESC LIMIT ${newestSignatures}))
    SELECT DISTINCT artifact #>> '{place,descriptor,digest}' AS referrer FROM listed`;
  return rows.map(({ referrer }) => referrer);
}
