import { randomUUID } from 'node:crypto';
import type { Steps } from '@cooperage/contracts';
import { type Repository, until } from '@cooperage/e2e';
import { demand } from '../measure/inexact.js';
import type { World } from '../world/world.js';
import type { Hog } from './hogs.js';

/** A build that takes all it may for as long as somebody measures. */
export class HogBuild {
  private constructor(
    private readonly world: World,
    private readonly hog: Hog,
    private readonly buildId: string,
  ) {}

  /** Its step runs by then. */
  static async start(world: World, repository: Repository, hog: Hog): Promise<HogBuild> {
    const { product } = world;
    const { commit } = await product.push(repository, {
      Dockerfile: `FROM debian:bookworm\nRUN : ${randomUUID()}; ${hog.run}\n`,
    });
    const { id } = await product.buildWhere(repository, commit, 'builds', ({ phase }) => phase === 'build');
    const build = new HogBuild(world, hog, id);
    await until(`${hog.id}: the step runs`, () => build.isAtWork());
    return build;
  }

  /**
   * Whether it was still there.
   * @throws {Inexact} when it had ended otherwise than with the word for its limit: then nobody was beside it
   */
  async stop(): Promise<boolean> {
    const { product } = this.world;
    const stayed = await this.isAtWork();
    if (stayed) await product.api.json('POST', `/api/v1/builds/${this.buildId}/cancel`);
    const { failure } = await until('the hog has ended', async () => {
      const build = await product.api.build(this.buildId);
      return (build.failure !== null || build.stoppedAt !== null) && build;
    });
    const { id, endsAs } = this.hog;
    demand(
      stayed || (endsAs !== undefined && failure?.code === endsAs),
      `${id}: the hog had ended before its neighbour`,
    );
    return stayed;
  }

  private async isAtWork(): Promise<boolean> {
    const { steps } = await this.world.product.api.json<Steps>('GET', `/api/v1/builds/${this.buildId}/steps`);
    return steps.some(({ name, startedAt, completedAt }) => / RUN /.test(name) && startedAt && !completedAt);
  }
}
