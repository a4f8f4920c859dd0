import { cacheReference } from '@cooperage/domain';
import { demand } from '../../measure/inexact.js';
import { OurRoad } from '../../road/p1/our-road.js';
import { applicationTree, type SourceTree, withChangedFile, withIgnoredChange } from '../../road/p1/source-tree.js';
import { wipeEngine } from '../../world/engine-wipe.js';
import { registryView } from '../../world/registry-view.js';
import type { World } from '../../world/world.js';
import {
  demandSharing,
  demandSteps,
  mainRef,
  refOfRound,
  type Sharing,
  type Stage,
  stages,
  treeOfRound,
  worlds,
} from './sharing.js';

/** One build, milliseconds. */
export interface BranchTimes {
  /** From the claim until its image is pushed. */
  readonly ms: number;
  /** The same and what the export of its cache takes afterwards. */
  readonly withExportMs: number;
}

export type BranchRound = Readonly<Record<Stage, BranchTimes>>;

/** Builds of a project whose branches share one cache or have one each. */
export class BranchRounds {
  private readonly first = applicationTree();
  private newest: SourceTree = this.first;
  private rounds = 0;

  private constructor(
    private readonly world: World,
    private readonly road: OurRoad,
    private readonly sharing: Sharing,
  ) {}

  /** With the cache of the default branch already there. */
  static async open(world: World, sharing: Sharing): Promise<BranchRounds> {
    const road = new OurRoad(world, await world.product.repository());
    const rounds = new BranchRounds(world, road, sharing);
    await rounds.push(mainRef, rounds.first);
    return rounds;
  }

  async run(): Promise<BranchRound> {
    const ref = refOfRound(this.sharing, this.rounds++);
    const before = await this.mainCache();
    this.newest = treeOfRound(this.sharing, this.first, this.newest);
    const times: Partial<Record<Stage, BranchTimes>> = {};
    for (const stage of stages) {
      if (worlds[stage].wiped) await wipeEngine(this.world.services.engine);
      times[stage] = await this.build(ref, stage);
    }
    demandSharing(this.sharing, before, await this.mainCache());
    return times as BranchRound;
  }

  private async build(ref: string, stage: Stage): Promise<BranchTimes> {
    if (worlds[stage].changes) this.newest = withChangedFile(this.newest);
    const { stepsTotal, stepsCached, builderMs, exportMs } = await this.push(ref, this.newest);
    demandSteps(this.sharing, stage, (stepsTotal ?? 0) - (stepsCached ?? 0));
    demand(builderMs !== null, 'a build has no builder time');
    return { ms: builderMs, withExportMs: builderMs + (exportMs ?? 0) };
  }

  private async push(ref: string, files: SourceTree) {
    const commit = await this.road.repository.git.commit(withIgnoredChange(files), { ref });
    const { buildId } = await this.road.run(commit, ref);
    await this.road.settled(buildId);
    return this.world.rows.build(buildId);
  }

  /** Digest of what stands under the default branch's reference. */
  private async mainCache(): Promise<string> {
    const { id } = this.road.repository.project;
    const platform = await this.world.rows.platform(id);
    const { repository, tag } = cacheReference(id, { zone: 'protected', ref: mainRef, platform, epoch: 0 });
    const client = registryView(this.world.services, repository);
    return (await client.manifests.get(repository, tag)).digest;
  }
}
