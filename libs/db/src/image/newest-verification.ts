import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';

/** Something that may have been verified: an image of a project. */
export interface VerificationKey {
  readonly projectId: string;
  readonly digest: string | null;
}

/**
 * What the verifier's checks add up to; `impossible` when the registry could not be asked. Verifications from before it was
 * written down say only whether they passed: `mismatch` stands for those that did not.
 */
export const storedVerdicts = ['verified', 'unsigned', 'untrusted', 'mismatch', 'gone', 'impossible'] as const;
export type StoredVerdict = (typeof storedVerdicts)[number];

export interface NewestVerification {
  readonly verdict: StoredVerdict;
  readonly at: Date;
}

/** The newest verification of each image, by project and digest; none where it passed before a key of the project stopped counting. */
export type Verifications = ReadonlyMap<string, NewestVerification>;

/** One index descent for each distinct image. */
export async function newestVerifications(tx: Queryable, images: readonly VerificationKey[]): Promise<Verifications> {
  const wanted = new Map(images.filter(({ digest }) => digest !== null).map((image) => [keyOf(image), image]));
  if (wanted.size === 0) return new Map();
  const projectIds = [...wanted.values()].map(({ projectId }) => projectId);
  const digests = [...wanted.values()].map(({ digest }) => digest);
  const rows = await tx.$queryRaw<VerificationRow[]>`
    SELECT w.project_id::text AS "projectId", w.digest, v.ok, v.verdict, v.at
    FROM unnest(${projectIds}::uuid[], ${digests}::text[]) AS w(project_id, digest)
    CROSS JOIN LATERAL (
      SELECT ok, verdict, at FROM image_verification i
      WHERE i.project_id = w.project_id AND i.digest = w.digest ORDER BY i.id DESC LIMIT 1
    ) v
    WHERE NOT (v.ok AND ${keyStoppedSince(Prisma.sql`w.project_id`, Prisma.sql`v.at`)})`;
  return new Map(rows.map((row) => [keyOf(row), { verdict: verdictOf(row), at: row.at }]));
}

interface VerificationRow {
  readonly projectId: string;
  readonly digest: string;
  readonly ok: boolean;
  readonly verdict: string | null;
  readonly at: Date;
}

export function verdictOf({ ok, verdict }: { readonly ok: boolean; readonly verdict: string | null }): StoredVerdict {
  if (ok) return 'verified';
  return storedVerdicts.find((known) => known === verdict) ?? 'mismatch';
}

/** Null where there was no verification that says anything now, or none that found anything out. */
export function verifiedOf(verifications: Verifications, image: VerificationKey): boolean | null {
  const verdict = verifications.get(keyOf(image))?.verdict;
  return verdict === undefined || verdict === 'impossible' ? null : verdict === 'verified';
}

export function verificationOf(verifications: Verifications, image: VerificationKey): NewestVerification | null {
  return verifications.get(keyOf(image)) ?? null;
}

function keyOf({ projectId, digest }: VerificationKey): string {
  return `${projectId} ${digest}`;
}
