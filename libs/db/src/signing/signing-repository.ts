import { toJson } from '../build/build-mapping.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { type FoundVerification, readVerifyingKeys, type VerifyingKeys, writeVerification } from './verifying-keys.js';

export interface SigningKeyRecord {
  readonly id: string;
  readonly projectId: string;
  readonly state: 'creating' | 'signing' | 'verify_only' | 'revoked';
  readonly publicKeyPem: string | null;
  readonly hint: string | null;
  readonly sealed: Uint8Array | null;
  readonly createdAt: Date;
  readonly verifyUntil: Date | null;
}

export interface StoredArtifact {
  readonly kind: string;
  readonly keyId: string;
  readonly artifact: unknown;
}

export interface ImageArtifact extends StoredArtifact {
  readonly buildId: string;
}

/** Two forms each, by the few keys that a project has had. */
const newestSignatures = 20;
const newestProvenances = 200;

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

  /** Keys whose signatures count now, and those that count no more. */
  verifyingKeys(projectId: string): Promise<VerifyingKeys> {
    return readVerifyingKeys(this.db.prisma, projectId);
  }

  /**
   * Adds the project's first key. A second control process that was quicker wins: its key is returned. Null when the
   * project is gone.
   */
  async addFirstKey(
    projectId: string,
    key: { publicKeyPem: string; hint: string; sealed: Uint8Array },
  ): Promise<SigningKeyRecord | null> {
    return this.db.transaction(async (tx) => {
      const projects = await tx.$queryRaw<unknown[]>`SELECT 1 FROM project WHERE id = ${projectId}::uuid FOR UPDATE`;
      if (projects.length === 0) return null;
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

  /** What this build signed, and the signatures of the same bytes by other builds. Few, however many made these bytes. */
  async artifactsFor(build: { id: string; projectId: string; digest: string }): Promise<ImageArtifact[]> {
    return this.db.prisma.$queryRaw<ImageArtifact[]>`
      (SELECT kind, key_id::text AS "keyId", artifact, build_id::text AS "buildId" FROM signature_artifact WHERE build_id = ${build.id}::uuid)
      UNION ALL
      (SELECT kind, key_id::text, artifact, build_id::text FROM signature_artifact
        WHERE project_id = ${build.projectId}::uuid AND digest = ${build.digest} AND build_id <> ${build.id}::uuid
          AND kind IN ('signature', 'legacy_signature')
        ORDER BY id DESC LIMIT ${newestSignatures})`;
  }

  /**
   * Artifacts of an image, of whichever build: what its referrers should be. All its signatures, and of provenances the
   * newest, since bytes that every build makes again have one of each.
   */
  async artifactsOfImage(projectId: string, digest: string): Promise<ImageArtifact[]> {
    const where = { projectId, digest };
    const select = { kind: true, keyId: true, artifact: true, buildId: true } as const;
    const signatures = { in: ['signature', 'legacy_signature'] };
    const { signatureArtifact } = this.db.prisma;
    const [signed, attested] = await Promise.all([
      signatureArtifact.findMany({ where: { ...where, kind: signatures }, select, orderBy: { id: 'asc' } }),
      signatureArtifact.findMany({
        where: { ...where, NOT: { kind: signatures } },
        select,
        orderBy: { id: 'desc' },
        take: newestProvenances,
      }),
    ]);
    return [...signed, ...attested.reverse()];
  }

  /** Stores what was signed before any of it is pushed. Returns what stands in the rows: an earlier set wins. */
  async storeArtifacts(
    build: { id: string; projectId: string; digest: string },
    artifacts: readonly StoredArtifact[],
  ): Promise<StoredArtifact[]> {
    const { count } = await this.db.prisma.signatureArtifact.createMany({
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
    if (count === artifacts.length) return [...artifacts];
    return this.db.prisma.signatureArtifact.findMany({
      where: { buildId: build.id },
      orderBy: { id: 'asc' },
      select: { kind: true, keyId: true, artifact: true },
    });
  }

  /** @returns false, and nothing is written, where it was verified by a key that counts no more */
  recordVerification(found: FoundVerification): Promise<boolean> {
    return writeVerification(this.db.prisma, found);
  }
}
