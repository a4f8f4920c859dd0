import type { Zone } from '@cooperage/domain';
import { BuildRepository } from '../build/build-repository.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';

/** What a build has left in the registry outside the project's own repository. */
export interface BuildLeftover {
  readonly buildId: string;
  /** In the staging repository; null when nothing was pushed. */
  readonly digest: string | null;
  readonly zone: Zone;
  readonly ref: string;
  readonly platform: string;
  /** Of its cache. */
  readonly epoch: number;
}

const leftoversAtOnce = 500;

/** Tables that grow with a project's use, and how many rows of each go at once: a build takes its steps and log with it, a cache its blobs. */
const tables = [
  ['build', 50],
  ['cache_entry', 20],
  ['delivery', 200],
  ['signature_artifact', 1_000],
  ['image_verification', 1_000],
  ['tag_move', 5_000],
  ['image_tag', 5_000],
  ['image', 5_000],
  ['ref_head', 5_000],
  ['hook_refusal', 5_000],
  ['layer_listing', 50],
  ['trust_request', 5_000],
] as const;

/** The end of a project that a person has deleted. Every method can be repeated. */
export class ProjectRemoval {
  constructor(private readonly db: Database) {}

  /** Cancels what is open; the number of builds that are still not over. No new one can come behind a deletion. */
  async cancelOpenBuilds(projectId: string): Promise<number> {
    const open = await this.db.prisma.build.findMany({ where: { projectId, finishedAt: null }, select: { id: true } });
    const builds = new BuildRepository(this.db);
    for (const { id } of open) await builds.requestCancel(id, 'the deletion of the project');
    return this.db.prisma.build.count({ where: { projectId, finishedAt: null } });
  }

  /** Some leftovers, in the order of the builds' ids; none behind the last. */
  async leftovers(projectId: string, afterBuildId: string | null): Promise<BuildLeftover[]> {
    const rows = await this.db.prisma.build.findMany({
      where: { projectId, ...(afterBuildId !== null && { id: { gt: afterBuildId } }) },
      select: { id: true, digest: true, zone: true, ref: true, platform: true, cacheEpoch: true },
      orderBy: { id: 'asc' },
      take: leftoversAtOnce,
    });
    return rows.map(({ id, cacheEpoch, ...row }) => ({
      ...row,
      buildId: id,
      zone: row.zone as Zone,
      epoch: cacheEpoch,
    }));
  }

  /** What builds have pushed besides: by attempts that were lost, for example. */
  async staged(projectId: string): Promise<{ readonly zone: Zone; readonly digest: string }[]> {
    const rows = await this.db.prisma.stagedImage.findMany({
      where: { projectId },
      select: { zone: true, digest: true },
    });
    return rows.map(({ zone, digest }) => ({ zone: zone as Zone, digest }));
  }

  /** Digests of the manifests of all signatures and attestations; their tags do not lead to all of them. */
  async artifactDigests(projectId: string): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ digest: string }[]>`
      SELECT DISTINCT artifact->'place'->'descriptor'->>'digest' AS digest FROM signature_artifact
      WHERE project_id = ${projectId}::uuid AND artifact->'place'->>'as' = 'referrer'`;
    return rows.map(({ digest }) => digest);
  }

  /** Removes the project's rows, a bounded number at a time: a long log would outlast the time for one statement. */
  async removeRows(projectId: string): Promise<void> {
    for (const [table, atOnce] of tables) while ((await this.removeSome(table, projectId, atOnce)) > 0);
    await this.db.prisma.$executeRaw`DELETE FROM project WHERE id = ${projectId}::uuid`;
  }

  private removeSome(table: string, projectId: string, atOnce: number): Promise<number> {
    const name = Prisma.raw(table);
    return this.db.statement(
      (db) => db.$executeRaw`
        DELETE FROM ${name} WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM ${name} WHERE project_id = ${projectId}::uuid LIMIT ${atOnce}))`,
    );
  }
}
