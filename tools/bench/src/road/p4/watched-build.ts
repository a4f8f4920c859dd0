import { type Repository, until } from '@cooperage/e2e';
import { demand } from '../../measure/inexact.js';
import type { World } from '../../world/world.js';
import { BareStream } from './bare-stream.js';
import { type Tick, tickingTree } from './ticks.js';
import { Viewer } from './viewer.js';

export interface WatchedBuild {
  readonly viewer: readonly Tick[];
  readonly bare: readonly Tick[];
}

/** One build of the ticking step through the product, watched by a viewer and by a bare stream of the same Solve. */
export async function watchBuild(
  world: World,
  repository: Repository,
  lines: number,
  nonce: string,
  offsetMs: number,
): Promise<WatchedBuild> {
  const { product, watch, rows, services } = world;
  const viewer = new Viewer(product.api, offsetMs);
  const bare = new BareStream(services.engine, offsetMs);
  watch.forget();
  const pushedAtMs = performance.now();
  try {
    await product.push(repository, tickingTree(lines, nonce));
    const isOurs = (projectId: string) => projectId === repository.project.id;
    const { buildId } = await watch.first(
      'a claim',
      pushedAtMs,
      (change) => isOurs(change.projectId) && change.status === 'running',
    );
    await viewer.follow(buildId);
    const reference = await until(
      'the engine knows the build',
      async () => (await rows.attempt(buildId))?.engineReference,
    );
    const stream = await bare.follow(reference);
    await watch.first(
      'the build succeeds',
      pushedAtMs,
      (change) => change.buildId === buildId && change.status === 'succeeded',
    );
    await Promise.all([viewer.complete, stream.done]);
    const { status } = await rows.build(buildId);
    demand(status === 'succeeded', `the ticking build ended as ${status}`);
    return { viewer: viewer.reader.check('viewer', lines), bare: bare.reader.check('bare stream', lines) };
  } finally {
    viewer.close();
    await bare.close();
  }
}
