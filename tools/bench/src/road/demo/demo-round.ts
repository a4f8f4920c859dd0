import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Repository } from '@cooperage/e2e';
import { demand } from '../../measure/inexact.js';
import { wipeEngine } from '../../world/engine-wipe.js';
import type { World } from '../../world/world.js';
import { OurRoad } from '../p1/our-road.js';

const example = path.resolve(import.meta.dirname, '../../../../../examples/reference-demo');

type Files = Readonly<Record<string, string>>;

/** Builder times of the three builds of one project, milliseconds. */
export interface DemoTimes {
  readonly first: number;
  readonly second: number;
  readonly restored: number;
}

export async function demoFiles(): Promise<Files> {
  const names = ['Dockerfile', 'app.sh'];
  const contents = await Promise.all(names.map((name) => readFile(path.join(example, name), 'utf8')));
  return Object.fromEntries(names.map((name, at) => [name, contents[at]!]));
}

/** One new project: empty engine, warm engine, emptied engine with the registry cache. */
export class DemoRound {
  private constructor(
    private readonly world: World,
    private readonly repository: Repository,
    private readonly road: OurRoad,
  ) {}

  static async run(world: World, files: Files): Promise<DemoTimes> {
    const repository = await world.product.repository();
    const round = new DemoRound(world, repository, new OurRoad(world, repository));
    const { engine } = world.services;
    await wipeEngine(engine);
    const first = await round.build(files, false);
    const second = await round.build({ ...files, 'notes.md': 'second' }, true);
    await wipeEngine(engine);
    const restored = await round.build({ ...files, 'notes.md': 'third' }, true);
    return { first, second, restored };
  }

  private async build(files: Files, isCached: boolean): Promise<number> {
    const { road, repository, world } = this;
    const { buildId, digest } = await road.run(await repository.git.commit(files));
    await road.settled(buildId);
    await road.verify(digest);
    const { stepsCached, stepsTotal, builderMs } = await world.rows.build(buildId);
    const expected = isCached ? stepsTotal : 0;
    demand(stepsCached === expected, `${stepsCached} of ${stepsTotal} steps were cached instead of ${expected}`);
    demand(builderMs !== null, 'a build has no builder time');
    return builderMs;
  }
}
