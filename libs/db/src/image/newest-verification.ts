import type { Queryable } from '../database.js';

/** Something that may have been verified: an image of a project. */
export interface VerificationKey {
  readonly projectId: string;
  readonly digest: string | null;
}

/** Whether the newest verification of each image passed, by project and digest. */
export type Verifications = ReadonlyMap<string, boolean>;

/** One index descent for each distinct image. */
export async function newestVerifications(tx: Queryable, images: readonly VerificationKey[]): Promise<Verifications> {
  const wanted = new Map(images.filter(({ digest }) => digest !== null).map((image) => [keyOf(image), image]));
  if (wanted.size === 0) return new Map();
  const projectIds = [...wanted.values()].map(({ projectId }) => projectId);
  const digests = [...wanted.values()].map(({ digest }) => digest);
  const rows = await tx.$queryRaw<{ projectId: string; digest: string; ok: boolean }[]>`
    SELECT w.project_id::text AS "projectId", w.digest, v.ok
    FROM unnest(${projectIds}::uuid[], ${digests}::text[]) AS w(project_id, digest)
    CROSS JOIN LATERAL (
      SELECT ok FROM image_verification i
      WHERE i.project_id = w.project_id AND i.digest = w.digest ORDER BY i.id DESC LIMIT 1
    ) v`;
  return new Map(rows.map((row) => [keyOf(row), row.ok]));
}

/** Null where there was no verification. */
export function verifiedOf(verifications: Verifications, image: VerificationKey): boolean | null {
  return verifications.get(keyOf(image)) ?? null;
}

function keyOf({ projectId, digest }: VerificationKey): string {
  return `${projectId} ${digest}`;
}
