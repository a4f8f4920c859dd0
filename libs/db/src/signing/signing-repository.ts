import type { Digest } from '@cooperage/domain';
import { toJson } from '../build/build-mapping.js';
import type { Database } from '../database.js';
import { newId } from '../new-id.js';
import { lockProject } from '../project/lock-project.js';
import { newestSignatures, readReferrersOf, type SignedByBuild } from './referrers-of.js';
import {
  digestsOfProvenances,
  retiredProvenances,
  type SignedImage,
  standingProvenances,
} from './retired-provenances.js';
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

/** Characters of the artifacts that are held at once, as JSON, unless one alone has more. */
const sliceCharacters = 8 * 1024 * 1024;
/** After so many pages in a row of which nothing stands, nothing older is looked for. */
const mostIdlePages = 3;
/** Rows of which the size is looked at in one statement. */
const rowsAtOnce = 16;

/** Keys and signatures. Only `control` is given the database role and the master key that open `sealed`. */
export class SigningRepository {
  /** @param newestProvenances that stand beside an image */
  constructor(
    private readonly db: Database,
    private readonly newestProvenances = 200,
  ) {}

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
      if (!(await lockProject(tx, projectId))) return null;
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

  /** Digests of what should stand among the referrers of an image: what a build signed, and the newest signatures. */
  referrersOf(build: SignedByBuild): Promise<Digest[]> {
    return readReferrersOf(this.db.prisma, build);
  }

  /**
   * Artifacts of an image, of whichever build: what its referrers should be. All its signatures, and of provenances the newest of each ref,
   * the newest of all and those of the image's own build, since bytes that every build makes again have one of each. They come in slices
   * that are bounded in bytes: how large a provenance is, people decide.
   */
  async *artifactsOfImage(projectId: string, digest: string): AsyncGenerator<ImageArtifact[], void> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>`
      (SELECT id::text FROM signature_artifact
        WHERE project_id = ${projectId}::uuid AND digest = ${digest} AND kind IN ('signature', 'legacy_signature') ORDER BY id)
      UNION ALL
      (SELECT id::text FROM (${standingProvenances({ projectId, digest }, this.newestProvenances)}) standing ORDER BY id)`;
    const ids = rows.map(({ id }) => id);
    while (ids.length > 0) {
      const { artifacts, read } = await this.sliceOf(ids.slice(0, rowsAtOnce));
      ids.splice(0, read);
      if (artifacts.length > 0) yield artifacts;
    }
  }

  /**
   * Which of these digests, of referrers or of layers of the older storage, are of provenances that no longer stand beside the image. Reads
   * few rows where there are few of them, and a bounded number where others have put very many there.
   * @param standing what the registry lists
   */
  async retiredOf(image: SignedImage, standing: ReadonlySet<Digest>): Promise<ReadonlySet<Digest>> {
    const retired = new Set<Digest>();
    if (standing.size <= this.newestProvenances) return retired;
    const { last, others } = await retiredProvenances(this.db, image, this.newestProvenances);
    /** @returns whether any of them stands */
    const note = (page: readonly Digest[]): boolean => {
      const listed = page.filter((digest) => standing.has(digest));
      for (const digest of listed) retired.add(digest);
      return listed.length > 0;
    };
    for await (const page of digestsOfProvenances(this.db, last)) note(page);
    let idle = 0;
    for await (const page of digestsOfProvenances(this.db, others)) {
      idle = note(page) ? 0 : idle + 1;
      // Older ones have gone before these, unless there are more than can stay: some rows are of builds whose push was refused.
      if (idle > 0 && standing.size - retired.size <= this.newestProvenances) break;
      // Signatures of other keys, and what others put there, stand for good: more than can stay says nothing then.
      if (idle === mostIdlePages) break;
    }
    return retired;
  }

  /**
   * The first of them, as far as they have room together; at least one.
   * @returns how many of the ids were read, those that are gone included
   */
  private async sliceOf(ids: readonly string[]): Promise<{ artifacts: ImageArtifact[]; read: number }> {
    const rows = await this.db.prisma.$queryRaw<(ImageArtifact & { place: number })[]>`
      SELECT kind, key_id::text AS "keyId", artifact, build_id::text AS "buildId", place::int
      FROM (
        SELECT s.*, place, sum(length(artifact::text)) OVER (ORDER BY place) AS characters
        FROM unnest(${[...ids]}::uuid[]) WITH ORDINALITY AS asked (id, place) JOIN signature_artifact s USING (id)) found
      WHERE characters <= ${sliceCharacters} OR place = 1 ORDER BY place`;
    return { artifacts: rows, read: rows.at(-1)?.place ?? 1 };
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
