import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encodeManifest, type ManifestEntry, manifestDigest, mostManifestBytes, packTargets } from '@cooperage/domain';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { losable } from '../losable.js';
import { storedJson } from '../stored-text.js';
import type { ClaimedAttempt } from './attempt-record.js';

const compress = promisify(deflateRaw);
/** Of the Dockerfiles of the targets of one build. */
const mostTargetBytes = 4 * 1024 * 1024;

/** What was read for one other target of a build. */
export interface ReadTarget {
  readonly name: string;
  readonly dockerfile: string;
  readonly manifest: readonly ManifestEntry[];
}

/**
 * What the contexts of builds held. Equal contexts of a project are kept once; nothing depends on their being there. One that is too large to be compared
 * is known by its digest only.
 */
export class ContextManifestRepository {
  constructor(private readonly db: Database) {}

  async save(attempt: ClaimedAttempt, entries: readonly ManifestEntry[]): Promise<void> {
    const encoded = encodedManifest(entries);
    if (await this.note(attempt, Prisma.sql`context_digest = ${encoded.digest}`))
      await this.store(attempt, new Map([[encoded.digest, encoded]]));
  }

  /** Of the other targets of a build. @param dockerfile the build's own */
  async saveTargets(attempt: ClaimedAttempt, dockerfile: string, targets: readonly ReadTarget[]): Promise<void> {
    const encoded = targets.map(({ manifest }) => encodedManifest(manifest));
    const records = packTargets(
      dockerfile,
      targets.map((target, index) => ({ ...target, contextDigest: encoded[index]!.digest })),
    );
    const json = storedJson(records);
    // As with contexts: what is too large is not known, and no build fails for it.
    if (Buffer.byteLength(json) > mostTargetBytes) return;
    if (await this.note(attempt, Prisma.sql`target_records = ${json}::jsonb`))
      await this.store(attempt, new Map(encoded.map((each) => [each.digest, each])));
  }

  /** @returns whether the attempt is still its builder's */
  private async note({ attemptId }: ClaimedAttempt, set: Prisma.Sql): Promise<boolean> {
    const count = await this.db.prisma.$executeRaw`
      UPDATE attempt SET ${set} WHERE id = ${attemptId}::uuid AND state = 'claimed' AND ${losable}`;
    return count > 0;
  }

  private async store({ build }: ClaimedAttempt, manifests: ReadonlyMap<string, EncodedManifest>): Promise<void> {
    const known = await this.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT digest FROM context_manifest WHERE project_id = ${build.projectId}::uuid AND digest = ANY (${[...manifests.keys()]})`;
    const stored = new Set(known.map(({ digest }) => digest));
    for (const { digest, text, entries } of manifests.values()) {
      if (stored.has(digest) || Buffer.byteLength(text) > mostManifestBytes) continue;
      const payload = await compress(text);
      await this.db.prisma.$executeRaw`
        INSERT INTO context_manifest (project_id, digest, entries, payload)
        SELECT ${build.projectId}::uuid, ${digest}, ${entries}, ${payload} WHERE ${losable}
        ON CONFLICT DO NOTHING`;
    }
  }
}

interface EncodedManifest {
  readonly digest: string;
  readonly text: string;
  readonly entries: number;
}

function encodedManifest(entries: readonly ManifestEntry[]): EncodedManifest {
  const text = encodeManifest(entries);
  return { digest: manifestDigest(text), text, entries: entries.length };
}
