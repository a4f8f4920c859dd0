import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Repository, webhookRequest } from '@cooperage/e2e';
import { demand } from '../measure/inexact.js';
import type { World } from '../world/world.js';

/** So many at a time: what is prepared is not what is measured. */
const atOnce = 8;
/** So often it is asked whether all are evaluated: a small part of what is measured. */
const lookEveryMs = 20;

interface Head {
  readonly repository: Repository;
  readonly commit: string;
}

/** Projects of several organizations, each with a repository of its own. No builder runs: what is evaluated stays queued. */
export class HeadCrowd {
  private constructor(
    private readonly world: World,
    private readonly repositories: readonly Repository[],
  ) {}

  static async prepare(world: World, organizations: number, projects: number): Promise<HeadCrowd> {
    const { api } = world.product;
    // Every round leaves a build in each project behind.
    await api.json('PUT', '/api/v1/quotas', { queuedBuilds: 100_000 });
    const ids: string[] = [];
    for (let at = 0; at < organizations; at++) {
      const slug = `heads-${randomUUID().slice(0, 8)}`;
      ids.push(
        (await api.json<{ organizationId: string }>('POST', '/api/v1/organizations', { name: slug, slug }))
          .organizationId,
      );
    }
    const repositories = await inGroups(projects, (at) =>
      world.product.repository({ organizationId: ids[at % organizations]! }),
    );
    await world.product.end('builder');
    return new HeadCrowd(world, repositories);
  }

  /** A new head in each repository; no delivery says so yet. */
  heads(): Promise<Head[]> {
    return inGroups(this.repositories.length, async (at) => {
      const repository = this.repositories[at]!;
      const commit = await repository.git.commit({ Dockerfile: `FROM busybox:latest\nLABEL run=${randomUUID()}\n` });
      return { repository, commit };
    });
  }

  /**
   * Sends so many deliveries for these heads, each head's one after the other, evenly over a time.
   * @returns from before the first one until all of them are evaluated, milliseconds
   * @throws {Inexact} when one is refused, not evaluated, or a head has no build or two
   */
  async evaluate(heads: readonly Head[], deliveries: number, overMs: number): Promise<number> {
    const requests = Array.from({ length: deliveries }, (_, at) => {
      const { repository, commit } = heads[at % heads.length]!;
      return webhookRequest(repository, { after: commit });
    });
    const begunMs = performance.now();
    const sent: Promise<string>[] = [];
    while (sent.length < deliveries) {
      const due = overMs === 0 ? deliveries : Math.ceil(((performance.now() - begunMs) / overMs) * deliveries);
      while (sent.length < Math.min(due, deliveries)) sent.push(this.send(requests[sent.length]!));
      await delay(1);
    }
    const ids = await Promise.all(sent);
    while ((await this.open(ids)) > 0) await delay(lookEveryMs);
    const ms = performance.now() - begunMs;
    await this.check(ids, heads);
    return ms;
  }

  private async send({ path, init }: ReturnType<typeof webhookRequest>): Promise<string> {
    const answer = await fetch(this.world.product.origin + path, init);
    demand(answer.status === 202, `a webhook was answered ${answer.status}`);
    return ((await answer.json()) as { deliveryId: string }).deliveryId;
  }

  private open(ids: readonly string[]): Promise<number> {
    return this.world.rows.count(
      "SELECT count(*)::int AS n FROM delivery WHERE id = ANY($1) AND status IN ('received', 'evaluating')",
      ids,
    );
  }

  private async check(ids: readonly string[], heads: readonly Head[]): Promise<void> {
    const { rows } = this.world;
    demand(new Set(ids).size === ids.length, 'two deliveries were taken for one');
    const ended = "SELECT count(*)::int AS n FROM delivery WHERE id = ANY($1) AND status = 'evaluated'";
    const evaluated = await rows.count(ended, ids);
    demand(evaluated === ids.length, `${evaluated} of ${ids.length} deliveries were evaluated`);
    const commits = heads.map(({ commit }) => commit);
    const builds = await rows.count('SELECT count(*)::int AS n FROM build WHERE commit = ANY($1)', commits);
    demand(builds === heads.length, `${builds} builds of ${heads.length} heads`);
  }
}

/** Does it for each number below `count`, a few at a time, and keeps their order. */
async function inGroups<T>(count: number, one: (at: number) => Promise<T>): Promise<T[]> {
  const made: T[] = [];
  for (let from = 0; from < count; from += atOnce) {
    const length = Math.min(atOnce, count - from);
    made.push(...(await Promise.all(Array.from({ length }, (_, at) => one(from + at)))));
  }
  return made;
}
