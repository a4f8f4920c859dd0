import type { Bench } from '../../benchmark.js';
import type { Pair } from '../../measure/ratio.js';
import { wipeEngine } from '../../world/engine-wipe.js';
import { MeasuredRoad } from './measured-road.js';
import { OurRoad } from './our-road.js';
import { RawScript, scriptBranch } from './raw-script.js';
import type { CaseResult, RoadCase } from './road-case.js';
import { heavyTree } from './source-tree.js';

/** The first build of a repository: nothing in the engine, not even the base image, and nothing in a registry cache. */
export class ColdCase implements RoadCase {
  readonly id = 'cold';
  private readonly measured = new MeasuredRoad();

  constructor(
    private readonly bench: Bench,
    readonly pairs: number,
  ) {}

  /** Base image and programs are in the page cache afterwards, as they are for whichever side runs second. */
  async prepare(): Promise<void> {
    await this.theirs();
    await this.ours();
    this.measured.reset();
  }

  async theirs(): Promise<number> {
    const { world } = this.bench;
    const { git, project } = await world.product.repository();
    await git.commit(heavyTree(), { ref: `refs/heads/${scriptBranch}` });
    const script = await RawScript.prepare(world, project.remoteUrl);
    await wipeEngine(world.services.engine);
    return this.measured.script(script);
  }

  async ours(): Promise<number> {
    const { world } = this.bench;
    const repository = await world.product.repository();
    const commit = await repository.git.commit(heavyTree());
    await wipeEngine(world.services.engine);
    return this.measured.ours(new OurRoad(world, repository), commit);
  }

  result(pairs: readonly Pair[]): CaseResult {
    return this.measured.result(this.id, pairs);
  }
}
