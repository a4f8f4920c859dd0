import { promisify } from 'node:util';
import { deflateRaw } from 'node:zlib';
import { encodeManifest, type ManifestEntry, manifestDigest } from '@cooperage/domain';
import type { Database } from '../database.js';
import { losable } from '../losable.js';
import type { ClaimedAttempt } from './attempt-record.js';

const compress = promisify(deflateRaw);

/** What the contexts of builds held. Equal contexts of a project are kept once; nothing depends on their being there. */
export class ContextManifestRepository {
  constructor(private readonly db: Database) {}

  async save({ attemptId, build }: ClaimedAttempt, entries: readonly ManifestEntry[]): Promise<void> {
    const encoded = encodeManifest(entries);
    const digest = manifestDigest(encoded);
    const [known] = await this.db.prisma.$queryRaw<{ stored: boolean }[]>`
      UPDATE attempt SET context_digest = ${digest}
      WHERE id = ${attemptId}::uuid AND state = 'claimed' AND ${losable}
      RETURNING EXISTS (SELECT FROM context_manifest
        WHERE project_id = ${build.projectId}::uuid AND digest = ${digest}) AS stored`;
    if (!known || known.stored) return;
    const payload = await compress(encoded);
    await this.db.prisma.$executeRaw`
      INSERT INTO context_manifest (project_id, digest, entries, payload)
      SELECT ${build.projectId}::uuid, ${digest}, ${entries.length}, ${payload} WHERE ${losable}
      ON CONFLICT DO NOTHING`;
  }
}
