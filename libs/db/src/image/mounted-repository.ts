import type { Digest } from '@cooperage/domain';
import type { BuildRecord } from '../build/build-record.js';
import type { Database } from '../database.js';
import { holdsTenure, type Tenure } from '../lease/tenure-repository.js';
import { mountedForMs } from '../retention/mounted-deletion.js';

/** An image that is to stand in the project's own repository before it passes the gate. */
export interface ImageToMount {
  /** Its manifests that the repository does not hold yet. */
  readonly manifests: readonly Digest[];
  /** Of the whole image. */
  readonly bytes: number;
}

/** Notes what control takes into a project's own repository before it does, so that nothing of it stays where nobody knows of it. */
export class MountedRepository {
  constructor(private readonly db: Database) {}

  /**
   * Only what the repository does not hold is noted, and no image of the project: what is there is needed by others. A note of an
   * earlier try stays as it is, and is looked at later.
   * @throws {Error} when the tenure is over: nothing may be mounted then
   */
  async note(build: BuildRecord, tenure: Tenure, { manifests, bytes }: ImageToMount): Promise<void> {
    const { id, projectId, digest } = build;
    const lookAt = new Date(Date.now() + mountedForMs);
    const [row] = await this.db.statement(
      (db) => db.$queryRaw<{ held: boolean }[]>`
        WITH mine AS MATERIALIZED (SELECT ${holdsTenure(tenure)} AS held), renewed AS (
          UPDATE mounted_image SET build_id = ${id}::uuid, look_at = ${lookAt} FROM mine
          WHERE mine.held AND project_id = ${projectId}::uuid AND digest = ${digest}
        ), noted AS (
          INSERT INTO mounted_image (project_id, digest, build_id, manifests, look_at, bytes)
          SELECT ${projectId}::uuid, ${digest}, ${id}::uuid, ${[...manifests]}::text[], ${lookAt},
            greatest(0, ${bytes}::bigint - (SELECT coalesce(sum(s.bytes), 0) FROM staged_image s
              WHERE s.project_id = ${projectId}::uuid AND s.digest = ${digest}))
          FROM mine WHERE mine.held AND ${digest} = ANY (${[...manifests]}::text[])
            AND NOT EXISTS (SELECT 1 FROM image i WHERE i.project_id = ${projectId}::uuid AND i.digest = ${digest})
          ON CONFLICT (project_id, digest) DO NOTHING
        ) SELECT held FROM mine`,
    );
    if (!row!.held) throw new Error('the publisher tenure is over');
  }
}
