import { toJson } from '../build/build-mapping.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';

export interface SigningKeyRecord {
  readonly id: string;
  readonly projectId: string;
  readonly state: 'creating' | 'signing' | 'verify_only' | 'revoked';
  readonly publicKeyPem: string | null;
  readonly hint: string | null;
  readonly sealed: Uint8Array | null;
  readonly createdAt: Date;
}

export interface StoredArtifact {
  readonly kind: string;
  readonly keyId: string;
  readonly artifact: unknown;
}

/** Keys and signatures. Only `control` is given the database role and the master key that open `sealed`. */
export class SigningRepository {
  constructor(private readonly db: Database) {}

  /** The key that signs now; null before it was made. */
  async signingKey(projectId: string): Promise<SigningKeyRecord | null> {
    const row = await this.db.prisma.signingKey.findFirst({
      where: { projectId, state: 'signing' },
      orderBy: { id: 'desc' },
    });
    return row as SigningKeyRecord | null;
  }

  /** Keys whose signatures count: the signing one and those that only verify. */
  async trustedKeys(projectId: string): Promise<SigningKeyRecord[]> {
    const rows = await this.db.prisma.signingKey.findMany({
      where: { projectId, state: { in: ['signing', 'verify_only'] } },
      orderBy: { id: 'desc' },
    });
    return rows as SigningKeyRecord[];
  }

  /** Adds the project's first key. A second control process that was quicker wins: its key is returned. */
  async addFirstKey(
    projectId: string,
    key: { publicKeyPem: string; hint: string; sealed: Uint8Array },
  ): Promise<SigningKeyRecord> {
    return this.db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR UPDATE`;
      const existing = await tx.signingKey.findFirst({ where: { projectId, state: 'signing' } });
      if (existing) return existing as SigningKeyRecord;
      const row = await tx.signingKey.create({
        data: {
          id: newId(),
          projectId,
          state: 'signing',
          publicKeyPem: key.publicKeyPem,
          hint: key.hint,
          sealed: Buffer.from(key.sealed),
        },
      });
      return row as SigningKeyRecord;
    });
  }

  async artifactsOf(buildId: string): Promise<StoredArtifact[]> {
    return this.db.prisma.signatureArtifact.findMany({
      where: { buildId },
      orderBy: { id: 'asc' },
      select: { kind: true, keyId: true, artifact: true },
    });
  }

  /** All artifacts of an image, of whichever build: what its referrers should be. */
  async artifactsOfImage(projectId: string, digest: string): Promise<(StoredArtifact & { buildId: string })[]> {
    return this.db.prisma.signatureArtifact.findMany({
      where: { projectId, digest },
      orderBy: { id: 'asc' },
      select: { kind: true, keyId: true, artifact: true, buildId: true },
    });
  }

  /** Stores what was signed before any of it is pushed. Returns what stands in the rows: an earlier set wins. */
  async storeArtifacts(
    build: { id: string; projectId: string; digest: string },
    artifacts: readonly StoredArtifact[],
  ): Promise<StoredArtifact[]> {
    await this.db.prisma.signatureArtifact.createMany({
      data: artifacts.map((item) => ({
        id: newId(),
        projectId: build.projectId,
        digest: build.digest,
        buildId: build.id,
        keyId: item.keyId,
        kind: item.kind,
        artifact: toJson(item.artifact as object),
      })),
      skipDuplicates: true,
    });
    return this.artifactsOf(build.id);
  }

  async recordVerification(input: {
    projectId: string;
    digest: string;
    buildId: string | null;
    ok: boolean;
    checks: readonly object[];
  }): Promise<void> {
    await this.db.prisma.imageVerification.create({ data: { ...input, id: newId(), checks: toJson(input.checks) } });
  }
}
