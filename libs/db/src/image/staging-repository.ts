import type { Database } from '../database.js';

export interface StagedBlob {
  readonly digest: string;
  readonly bytes: number;
}

/** What a build pushes into the staging repository of its zone. */
export interface ImageToStage {
  readonly digest: string;
  /** Config and layers as the engine names them. None, where it says nothing, only of what is pushed already. */
  readonly blobs: readonly StagedBlob[];
  /** It is there already: it is noted whether it fits or not. */
  readonly isPushed: boolean;
}

export interface StagingAnswer {
  /** `full`: over the quota, and nothing was noted. `deleting`: the same bytes are being deleted, ask again. */
  readonly state: 'staged' | 'full' | 'deleting';
  readonly usedBytes: number;
  /** Null where nothing bounds them. */
  readonly quotaBytes: number | null;
}

/** Notes what builds push before they push it, so that nothing of it goes uncounted. For builders: of their own attempts alone. */
export class StagingRepository {
  constructor(private readonly db: Database) {}

  async note(buildId: string, { digest, blobs, isPushed }: ImageToStage): Promise<StagingAnswer> {
    const digests = blobs.map((blob) => blob.digest);
    const sizes = blobs.map(({ bytes }) => BigInt(bytes));
    const [row] = await this.db.prisma.$queryRaw<StagingAnswer[]>`
      SELECT state, coalesce(used_bytes, 0)::float8 AS "usedBytes", quota_bytes::float8 AS "quotaBytes"
      FROM stage_image(${buildId}::uuid, ${digest}, ${digests}::text[], ${sizes}::bigint[], ${isPushed})`;
    return row!;
  }
}
