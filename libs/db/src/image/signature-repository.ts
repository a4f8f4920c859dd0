import { toJson } from '../build/build-mapping.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';

export interface PublicKeyRecord {
  readonly id: string;
  readonly projectId: string;
  readonly state: 'creating' | 'signing' | 'verify_only' | 'revoked';
  readonly publicKeyPem: string | null;
  readonly hint: string | null;
  readonly createdAt: Date;
}

export interface VerificationRecord {
  readonly ok: boolean;
  readonly checks: unknown;
  readonly at: Date;
}

const publicColumns = {
  id: true,
  projectId: true,
  state: true,
  publicKeyPem: true,
  hint: true,
  createdAt: true,
} as const;

/** Signatures as people see them: public parts of keys, and what verifications found. Reads no sealed key. */
export class SignatureRepository {
  constructor(private readonly db: Database) {}

  /** Newest first. */
  async keys(projectId: string): Promise<PublicKeyRecord[]> {
    const rows = await this.db.prisma.signingKey.findMany({
      where: { projectId },
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

  async newestVerification(projectId: string, digest: string): Promise<VerificationRecord | null> {
    return this.db.prisma.imageVerification.findFirst({
      where: { projectId, digest },
      select: { ok: true, checks: true, at: true },
      orderBy: { id: 'desc' },
    });
  }

  /** Writes down what a verification found; the newest one is what pages show. */
  async recordVerification(found: {
    readonly projectId: string;
    readonly digest: string;
    readonly buildId: string | null;
    readonly ok: boolean;
    readonly checks: readonly object[];
  }): Promise<void> {
    await this.db.prisma.imageVerification.create({ data: { ...found, id: newId(), checks: toJson(found.checks) } });
  }
}
