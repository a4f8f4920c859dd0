import type { Digest, Zone } from '@cooperage/domain';
import { BuildRepository } from '../build/build-repository.js';
import type { Database } from '../database.js';
import { Prisma } from '../generated/client.js';
import { deleteBuild, deleteInPortions } from '../retention/delete-in-portions.js';
import { referrerDigests } from '../signing/referrer-digests.js';

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

const buildsAtOnce = 500;

/**
 * Tables that grow with a project's use, and how many rows of each go at once. A row of the first ones may have some MiB, or take
 * a hundred thousand rows with it, as a cache its blobs.
 */
const tables = [
  ['cache_entry', 1],
  ['context_manifest', 10],
  ['delivery', 10],
  ['layer_listing', 20],
  ['signature_artifact', 50],
  ['staged_image', 100],
  ['mounted_image', 100],
  ['cache_prune', 100],
  ['image_verification', 200],
  ['step_verdict', 5_000],
  ['tag_move', 5_000],
  ['image_tag', 5_000],
  ['kept_tag', 5_000],
  ['image', 5_000],
  ['base_tag', 5_000],
  ['ref_head', 5_000],
  ['hook_refusal', 5_000],
  ['trust_request', 5_000],
  ['cache_eviction', 5_000],
  ['cache_replaced', 5_000],
  ['cache_reset', 5_000],
  ['retention_candidate', 5_000],
] as const;

/** @internal Builds that are not over. */
export function openBuildsSql(projectId: string): Prisma.Sql {
  return Prisma.sql`SELECT id::text FROM build WHERE project_id = ${projectId}::uuid AND finished_at IS NULL`;
}

/** The end of a project that a person has deleted. Every method can be repeated. */
export class ProjectRemoval {
  constructor(private readonly db: Database) {}

  /** Cancels what is open; the number of builds that are still not over. No new one can come behind a deletion. */
  async cancelOpenBuilds(projectId: string): Promise<number> {
    const builds = new BuildRepository(this.db);
    for (const { id } of await this.openBuilds(projectId))
      await builds.requestCancel(id, 'the deletion of the project');
    return (await this.openBuilds(projectId)).length;
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

  /** What publications that ended before their gate have left in the project's own repository. */
  async mounted(projectId: string): Promise<Digest[]> {
    const rows = await this.db.prisma.mountedImage.findMany({ where: { projectId }, select: { digest: true } });
    return rows.map(({ digest }) => digest as Digest);
  }

  /** Digests of the manifests of all signatures and attestations; their tags do not lead to all of them. */
  artifactDigests(projectId: string): Promise<Digest[]> {
    return referrerDigests(this.db, projectId, null);
  }

  /** Removes the project's rows, a bounded number at a time: what is left to the last statement is few, whatever was built. */
  async removeRows(projectId: string): Promise<void> {
    await this.removeBuilds(projectId);
    const ofProject = Prisma.sql`project_id = ${projectId}::uuid`;
    for (const [table, atOnce] of tables) await deleteInPortions(this.db, table, ofProject, atOnce);
    await this.db.prisma.$executeRaw`DELETE FROM project WHERE id = ${projectId}::uuid`;
  }

  private openBuilds(projectId: string): Promise<{ id: string }[]> {
    return this.db.prisma.$queryRaw<{ id: string }[]>(openBuildsSql(projectId));
  }

  private async removeBuilds(projectId: string): Promise<void> {
    for (;;) {
      const builds = await this.db.prisma.build.findMany({
        where: { projectId },
        select: { id: true },
        orderBy: { id: 'desc' },
        take: buildsAtOnce,
      });
      if (builds.length === 0) return;
      for (const { id } of builds) await deleteBuild(this.db, id);
    }
  }
}
