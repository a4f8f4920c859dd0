import { type BuildStatus, isFinal } from '@cooperage/domain';
import type { Repository } from '@cooperage/e2e';
import { demand } from '../../measure/inexact.js';
import { coveredMs, type Interval } from '../../measure/intervals.js';
import type { ChildLives } from '../../world/child-lives.js';
import type { World } from '../../world/world.js';

/** One delivery, from its 202 to the claim of its attempt. */
export interface Claim {
  /** All of it, git included. */
  readonly ms: number;
  /** Part of it in which a git command of control was running. */
  readonly gitMs: number;
  /** Until the build was queued, git left out. */
  readonly evaluateMs: number;
  readonly dispatchMs: number;
}

/**
 * Deliveries of a project whose commits the mirror has already: two commits in turn, so that each is news to the rule.
 * They hold no Dockerfile, so a builder claims the attempt and is free again a moment later.
 */
export class Claims {
  private turn = 0;
  private sent = 0;

  private constructor(
    private readonly world: World,
    private readonly repository: Repository,
    private readonly commits: readonly string[],
    private readonly lives: ChildLives,
  ) {}

  static async prepare(world: World, lives: ChildLives): Promise<Claims> {
    const repository = await world.product.repository();
    const first = await repository.git.commit({ 'readme.txt': 'one' });
    const second = await repository.git.commit({ 'readme.txt': 'two' });
    const claims = new Claims(world, repository, [first, second], lives);
    for (let warmUp = 0; warmUp < 6; warmUp++) await claims.one();
    return claims;
  }

  async one(): Promise<Claim> {
    const { product, watch } = this.world;
    const commit = this.commits[this.turn++ % 2]!;
    await this.repository.git.git(['update-ref', 'refs/heads/main', commit]);
    watch.forget();
    this.lives.start();
    const postedAtMs = performance.now();
    const answer = await product.deliver(this.repository, { after: commit });
    const acceptedAtMs = performance.now();
    demand(answer.status === 202, `a webhook was answered ${answer.status}`);
    this.sent += 1;
    const isOurs = (projectId: string) => projectId === this.repository.project.id;
    const claimed = await watch.first(
      'a claim',
      postedAtMs,
      (change) => isOurs(change.projectId) && change.status === 'running',
    );
    const git = await this.lives.stop();
    await watch.first(
      'an end',
      postedAtMs,
      (change) => isOurs(change.projectId) && isFinal(change.status as BuildStatus),
    );
    await this.checkEnd(claimed.buildId);
    const queuedAtMs = watch.changesOf(claimed.buildId)[0]!.atMs;
    return claimOf({ acceptedAtMs, queuedAtMs, claimedAtMs: claimed.atMs }, git);
  }

  /** Every delivery made one build, and every build was claimed once. @throws {Inexact} */
  async check(): Promise<void> {
    const { deliveries, builds, claims } = await this.world.rows.census(this.repository.project.id);
    const counted = `${this.sent} sent, ${deliveries} deliveries, ${builds} builds, ${claims} claims`;
    demand(deliveries === this.sent && builds === this.sent && claims === this.sent, counted);
  }

  private async checkEnd(buildId: string): Promise<void> {
    const { failure } = await this.world.rows.build(buildId);
    const code = (failure as { code?: string } | null)?.code;
    demand(code === 'DockerfileNotFound', `a build without a Dockerfile ended with ${code}`);
  }
}

interface Moments {
  readonly acceptedAtMs: number;
  readonly queuedAtMs: number;
  readonly claimedAtMs: number;
}

function claimOf({ acceptedAtMs, queuedAtMs, claimedAtMs }: Moments, git: readonly Interval[]): Claim {
  const gitUntil = (toMs: number) => coveredMs({ fromMs: acceptedAtMs, toMs }, git);
  return {
    ms: claimedAtMs - acceptedAtMs,
    gitMs: gitUntil(claimedAtMs),
    evaluateMs: queuedAtMs - acceptedAtMs - gitUntil(queuedAtMs),
    dispatchMs: claimedAtMs - queuedAtMs,
  };
}
