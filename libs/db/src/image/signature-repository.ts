import type { Digest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { keyStoppedSince } from '../signing/keys-count-since.js';
import { readReferrersOf, type SignedByBuild } from '../signing/referrers-of.js';
import {
  type FoundVerification,
  newestKeyIds,
  readVerifyingKeys,
  type VerifyingKeys,
  writeVerification,
} from '../signing/verifying-keys.js';
import { type StoredVerdict, verdictOf } from './newest-verification.js';

export interface PublicKeyRecord {
  readonly id: string;
  readonly projectId: string;
  readonly state: 'creating' | 'signing' | 'verify_only' | 'revoked';
  readonly publicKeyPem: string | null;
  readonly hint: string | null;
  readonly createdAt: Date;
  readonly retiredAt: Date | null;
  readonly verifyUntil: Date | null;
}

export interface VerificationRecord {
  readonly ok: boolean;
  readonly verdict: StoredVerdict;
  readonly checks: unknown;
  readonly at: Date;
}

/** @internal */
export const publicColumns = {
  id: true,
  projectId: true,
  state: true,
  publicKeyPem: true,
  hint: true,
  createdAt: true,
  retiredAt: true,
  verifyUntil: true,
} as const;

/** Signatures as people see them: public parts of keys, and what verifications found. Reads no sealed key. */
export class SignatureRepository {
  constructor(private readonly db: Database) {}

  /** Those that a verification looks at, newest first. All of them: `TrustRepository.keys`, by pages. */
  async keys(projectId: string): Promise<PublicKeyRecord[]> {
    const rows = await this.db.prisma.signingKey.findMany({
      where: { id: { in: await newestKeyIds(this.db.prisma, projectId) } },
      select: publicColumns,
      orderBy: { id: 'desc' },
    });
    return rows as PublicKeyRecord[];
  }

  /** A public key is public: anyone may read it who knows its id. */
  async key(id: string): Promise<PublicKeyRecord | null> {
    const row = await this.db.prisma.signingKey.findUnique({ where: { id }, select: publicColumns });
    return row as PublicKeyRecord | null;
  }

  /** Null also where it passed before a key of the project stopped counting: it says nothing any more. */
  async newestVerification(projectId: string, digest: string): Promise<VerificationRecord | null> {
    const row = await this.db.prisma.imageVerification.findFirst({
      where: { projectId, digest },
      select: { ok: true, verdict: true, checks: true, at: true },
      orderBy: { id: 'desc' },
    });
    return row && (await this.holds(projectId, row)) ? { ...row, verdict: verdictOf(row) } : null;
  }

  /** What the newest verification found that could ask the registry. */
  async newestKnown(projectId: string, digest: string): Promise<{ verdict: StoredVerdict; at: Date } | null> {
    const row = await this.db.prisma.imageVerification.findFirst({
      where: { projectId, digest, OR: [{ verdict: null }, { verdict: { not: 'impossible' } }] },
      select: { ok: true, verdict: true, at: true },
      orderBy: { id: 'desc' },
    });
    return row && (await this.holds(projectId, row)) ? { verdict: verdictOf(row), at: row.at } : null;
  }

  private async holds(projectId: string, { ok, at }: { readonly ok: boolean; readonly at: Date }): Promise<boolean> {
    if (!ok) return true;
    const stopped = keyStoppedSince(Prisma.sql`${projectId}::uuid`, Prisma.sql`${at}::timestamptz`);
    const [row] = await this.db.prisma.$queryRaw<{ stopped: boolean }[]>`SELECT ${stopped} AS stopped`;
    return row?.stopped === false;
  }

  /** Keys whose signatures count now, and those that count no more. */
  verifyingKeys(projectId: string): Promise<VerifyingKeys> {
    return readVerifyingKeys(this.db.prisma, projectId);
  }

  /** Digests of what should stand among the referrers of an image: what a build signed, and the newest signatures. */
  referrersOf(build: SignedByBuild): Promise<Digest[]> {
    return readReferrersOf(this.db.prisma, build);
  }

  /**
   * Writes down what a verification found; the newest one is what pages show.
   * @returns false, and nothing is written, where it was verified by a key that counts no more
   */
  recordVerification(found: FoundVerification): Promise<boolean> {
    return writeVerification(this.db.prisma, found);
  }
}

/** Whether signatures of a key count at a moment. */
export function keyCounts(key: Pick<PublicKeyRecord, 'state' | 'verifyUntil'>, at: Date): boolean {
  if (key.state === 'signing') return true;
  return key.state === 'verify_only' && (key.verifyUntil === null || key.verifyUntil > at);
}
