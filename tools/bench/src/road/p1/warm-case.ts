import type { Bench } from '../../benchmark.js';
import type { Pair } from '../../measure/ratio.js';
import { MeasuredRoad } from './measured-road.js';
import { OurRoad } from './our-road.js';
import { RawScript, scriptBranch } from './raw-script.js';
import type { CaseResult, RoadCase } from './road-case.js';
import { applicationTree, type SourceTree, withChangedFile, withIgnoredChange } from './source-tree.js';

/** Rebuilds on an engine that knows the repository: one project, one script, both warmed up twice. */
export class WarmCase implements RoadCase {
  private readonly measured = new MeasuredRoad();
  private readonly files = applicationTree();
  private road!: OurRoad;
  private script!: RawScript;

  constructor(
    private readonly bench: Bench,
    readonly id: 'no-op' | 'one-file',
    readonly pairs: number,
  ) {}

  async prepare(): Promise<void> {
    const { world } = this.bench;
    const repository = await world.product.repository();
    this.road = new OurRoad(world, repository);
    this.script = await RawScript.prepare(world, repository.project.remoteUrl);
    for (let warmUp = 0; warmUp < 2; warmUp++) {
      await this.theirs();
      await this.ours();
    }
    this.measured.reset();
  }

  async theirs(): Promise<number> {
    await this.road.repository.git.commit(this.next(), { ref: `refs/heads/${scriptBranch}` });
    return this.measured.script(this.script);
  }

  async ours(): Promise<number> {
    const commit = await this.road.repository.git.commit(this.next());
    return this.measured.ours(this.road, commit);
  }

  result(pairs: readonly Pair[]): CaseResult {
    return this.measured.result(this.id, pairs);
  }

  private next(): SourceTree {
    return this.id === 'no-op' ? withIgnoredChange(this.files) : withChangedFile(this.files);
  }
}
