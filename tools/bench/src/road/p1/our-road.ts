import { type BuildStatus, isFinal } from '@cooperage/domain';
import { type Repository, until } from '@cooperage/e2e';
import { demand } from '../../measure/inexact.js';
import type { SeenChange } from '../../world/build-watch.js';
import type { World } from '../../world/world.js';
import { type Span, spansOf } from './spans.js';

export interface RoadRun {
  /** From before the POST until the build is announced as succeeded: its tags are put by then. */
  readonly ms: number;
  readonly digest: string;
  readonly buildId: string;
  readonly spans: readonly Span[];
}

/** One push through the whole product. */
export class OurRoad {
  constructor(
    private readonly world: World,
    readonly repository: Repository,
  ) {}

  /**
   * @param commit stands in the repository already, as it does when a forge sends its webhook
   * @param ref full; the default branch's when left out
   */
  async run(commit: string, ref?: string): Promise<RoadRun> {
    const { product, watch, rows } = this.world;
    watch.forget();
    const postedAtMs = performance.now();
    const answer = await product.deliver(this.repository, { ref, after: commit });
    const acceptedAtMs = performance.now();
    demand(answer.status === 202, `a webhook was answered ${answer.status}`);
    const end = await watch.first('a build ends', postedAtMs, (change) => this.isEnd(change));
    const build = await rows.build(end.buildId);
    demand(
      build.status === 'succeeded' && build.commit === commit,
      `a build of ${commit} ended as ${build.status}: ${JSON.stringify(build.failure)}`,
    );
    const spans = spansOf({ postedAtMs, acceptedAtMs }, watch.changesOf(build.id));
    return { ms: end.atMs - postedAtMs, digest: build.digest!, buildId: build.id, spans };
  }

  /** Waits until nothing of a build works in the background any more: its cache is exported after it has succeeded. */
  async settled(buildId: string): Promise<void> {
    const state = await until('the cache is exported', async () => {
      const { cacheExport } = await this.world.rows.build(buildId);
      return cacheExport !== 'pending' && cacheExport;
    });
    demand(state !== 'failed', 'the export of a cache failed');
  }

  /** @throws {Error} in cosign's words */
  async verify(digest: string): Promise<void> {
    const { product } = this.world;
    await product.cosign(this.repository, 'verify', digest);
    await product.cosign(this.repository, 'verify-attestation', digest, '--type', 'slsaprovenance1');
    const tagged = await product.tagInRegistry(this.repository, 'main');
    demand(tagged === digest, `the tag points to ${tagged} instead of ${digest}`);
  }

  private isEnd({ projectId, status }: SeenChange): boolean {
    return projectId === this.repository.project.id && isFinal(status as BuildStatus);
  }
}
