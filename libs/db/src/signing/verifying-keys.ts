import type { Queryable } from '../database.js';
import { Prisma } from '../generated/client.js';
import type { StoredVerdict } from '../image/newest-verification.js';
import { newId } from '../new-id.js';
import { storedJson } from '../stored-text.js';

/** Keys of a project as they stood at one moment, for a verification by them. */
export interface VerifyingKeys {
  /** When they were read, by the database's clock, to the millisecond before. */
  readonly at: Date;
  /** Those whose signatures count, newest first. */
  readonly trusted: readonly { readonly id: string; readonly publicKeyPem: string }[];
  /** PEMs of those that count no more, so that their signatures are told from strangers'. */
  readonly former: readonly string[];
}

/** What a verification found, and by which keys. */
export interface FoundVerification {
  readonly projectId: string;
  readonly digest: string;
  readonly buildId: string | null;
  readonly verdict: StoredVerdict;
  readonly checks: readonly object[];
  readonly keys: VerifyingKeys;
}

/** Over a row `k` of `signing_key`. */
const counts = Prisma.sql`(k.state = 'signing' OR (k.state = 'verify_only' AND (k.verify_until IS NULL OR k.verify_until > now())))`;

/** Verifications of one image in a row whose keys were revoked meanwhile. */
const mostTries = 5;

/** Of those that count, and of those that count no more, one verification has so many. */
const mostRead = 50;
/** The one that signs included. */
const mostCounting = 20;
const mostADay = 10;

/**
 * The newest fifty that count, and the newest fifty that count no more: a verification tries them all.
 * @internal
 */
export async function readVerifyingKeys(db: Queryable, projectId: string): Promise<VerifyingKeys> {
  const rows = await db.$queryRaw<{ at: Date; id: string | null; pem: string | null; counts: boolean }[]>`
    SELECT date_trunc('milliseconds', now()) AS at, k.id::text, k.public_key_pem AS pem, k.counts
    FROM (SELECT) once LEFT JOIN (${newestKeys(projectId)}) k ON true ORDER BY k.id DESC`;
  const known = rows.flatMap(({ id, pem, ...row }) => (id && pem ? { ...row, id, pem } : []));
  return {
    at: rows[0]!.at,
    trusted: known.filter((row) => row.counts).map(({ id, pem }) => ({ id, publicKeyPem: pem })),
    former: known.filter((row) => !row.counts).map(({ pem }) => pem),
  };
}

/** @internal */
export async function newestKeyIds(db: Queryable, projectId: string): Promise<string[]> {
  const rows = await db.$queryRaw<{ id: string }[]>`SELECT k.id::text FROM (${newestKeys(projectId)}) k`;
  return rows.map(({ id }) => id);
}

function newestKeys(projectId: string): Prisma.Sql {
  return Prisma.sql`
    SELECT k.id, k.public_key_pem, k.counts FROM (
      SELECT k.id, k.public_key_pem, ${counts} AS counts, row_number() OVER (PARTITION BY ${counts} ORDER BY k.id DESC) AS place
      FROM signing_key k WHERE k.project_id = ${projectId}::uuid) k
    WHERE k.place <= ${mostRead}`;
}

/**
 * Why a project gets no further key by a rotation now, as a sentence; null when it may. It holds for whoever has locked the project.
 * @internal
 */
export async function rotationProblem(db: Queryable, projectId: string): Promise<string | null> {
  const [row] = await db.$queryRaw<{ counting: number; today: number }[]>`
    SELECT count(*) FILTER (WHERE ${counts})::int AS counting,
      count(*) FILTER (WHERE k.created_at > now() - interval '1 day')::int AS today
    FROM signing_key k WHERE k.project_id = ${projectId}::uuid`;
  if (row && row.counting >= mostCounting)
    return `The project has ${row.counting} keys whose signatures count, and ${mostCounting} is the most: revoke old ones first.`;
  if (row && row.today >= mostADay)
    return `${row.today} keys of the project were made within a day, and ${mostADay} is the most: rotate again tomorrow, or revoke the key.`;
  return null;
}

/**
 * Whether these keys count still. Nobody revokes one of them before the statement is over, and it waits for a revocation that is
 * under way: both have the key's row.
 * @internal
 */
export function allCount(keyIds: readonly string[]): Prisma.Sql {
  if (keyIds.length === 0) return Prisma.sql`true`;
  return Prisma.sql`(SELECT count(*) FROM (
    SELECT 1 FROM project p JOIN signing_key k ON k.project_id = p.id
    WHERE k.id = ANY (${[...keyIds]}::uuid[]) AND ${counts} FOR KEY SHARE OF p FOR SHARE OF k) counting) = ${keyIds.length}`;
}

/**
 * Writes down what was found, as of the moment when the keys were read: a round that began later looks at the image again. It
 * is not written as verified where one of these keys counts no more.
 * @returns whether it was written
 * @internal
 */
export async function writeVerification(db: Queryable, found: FoundVerification): Promise<boolean> {
  const { projectId, digest, buildId, verdict, checks, keys } = found;
  const ids = verdict === 'verified' ? keys.trusted.map(({ id }) => id) : [];
  const written = await db.$executeRaw`
    INSERT INTO image_verification (id, project_id, digest, build_id, ok, verdict, checks, at)
    SELECT ${newId()}::uuid, ${projectId}::uuid, ${digest}, ${buildId}::uuid, ${verdict === 'verified'}, ${verdict},
      ${storedJson(checks)}::jsonb, ${keys.at}
    WHERE NOT EXISTS (SELECT 1 FROM signing_key k WHERE k.id = ANY (${ids}::uuid[]) AND NOT ${counts})`;
  return written > 0;
}

/**
 * Verifies, and once more where what was found could not be written since a key was revoked meanwhile.
 * @throws {Error} when a key was revoked in each of some tries
 */
export async function verifiedByKeysThatCount<F>(
  verify: () => Promise<F>,
  write: (found: F) => Promise<boolean>,
): Promise<F> {
  for (let tries = 0; tries < mostTries; tries++) {
    const found = await verify();
    if (await write(found)) return found;
  }
  throw new Error('A key of the project was revoked each time that the image was verified.');
}
