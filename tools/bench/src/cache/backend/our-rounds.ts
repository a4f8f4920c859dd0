import type { CacheBackend } from '@cooperage/domain';
import { demand } from '../../measure/inexact.js';
import { OurRoad } from '../../road/p1/our-road.js';
import { oneStageTree, type SourceTree, withIgnoredChange } from '../../road/p1/source-tree.js';
import { wipeEngine } from '../../world/engine-wipe.js';
import { layersOf } from '../../world/image-layers.js';
import type { World } from '../../world/world.js';
import type { BuildTimes, Round } from './round.js';

const steps = 3;

/** The three builds through the product, in a project whose caches are kept by this backend. */
export class OurRounds {
  constructor(
    private readonly world: World,
    private readonly backend: CacheBackend,
  ) {}

  async run(): Promise<Round> {
    const repository = await this.world.product.repository({ cacheBackend: this.backend });
    const road = new OurRoad(this.world, repository);
    const files = oneStageTree();
    const { organizationSlug, slug } = repository.project;
    const layers = (digest: string) => layersOf(this.world.services, `${organizationSlug}/${slug}`, digest);
    await wipeEngine(this.world.services.engine);
    const cold = await this.build(road, files, 0);
    const warm = await this.build(road, withIgnoredChange(files), steps);
    await wipeEngine(this.world.services.engine);
    const restored = await this.build(road, withIgnoredChange(files), steps);
    const expected = await layers(cold.digest);
    for (const { digest } of [warm, restored])
      demand((await layers(digest)) === expected, 'a cached image of ours holds something else');
    return { cold: cold.times, warm: warm.times, restored: restored.times };
  }

  private async build(
    road: OurRoad,
    files: SourceTree,
    cached: number,
  ): Promise<{ digest: string; times: BuildTimes }> {
    const { buildId, digest, ms: signedMs } = await road.run(await road.repository.git.commit(files));
    await road.settled(buildId);
    const { stepsCached, builderMs, exportMs } = await this.world.rows.build(buildId);
    demand(stepsCached === cached, `${stepsCached} steps were cached instead of ${cached}`);
    demand(builderMs !== null, 'a build has no builder time');
    return { digest, times: { ms: builderMs, withExportMs: builderMs + (exportMs ?? 0), signedMs } };
  }
}
