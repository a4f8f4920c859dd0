import { query } from '@cooperage/testing';
import { demand } from '../measure/inexact.js';
import type { World } from '../world/world.js';
import type { RawAnswer } from './raw-client.js';
import type { Target } from './signed-pushes.js';

/** Our side of the intake: the API alone. Control does not run meanwhile, so nothing is evaluated beside what is measured. */
export class IntakeSide {
  /** Calls that were answered 202 with a delivery of their own. */
  private accepted = 0;

  private constructor(
    private readonly world: World,
    readonly targets: readonly Target[],
    readonly port: number,
  ) {}

  static async prepare(world: World, projects: number): Promise<IntakeSide> {
    const { product } = world;
    const me = await product.api.json<{ organizations: { organizationId: string }[] }>('GET', '/api/v1/me');
    const { organizationId } = me.organizations[0]!;
    const targets: Target[] = [];
    for (let at = 0; at < projects; at++) {
      const slug = `hook-${at}-${Date.now().toString(36)}`;
      const remoteUrl = product.remoteUrl(`${slug}.git`);
      const { project, hookSecret } = await product.api.createProject({ organizationId, slug, remoteUrl });
      targets.push({ projectId: project.id, secret: hookSecret.secret });
    }
    await product.children.get('control')?.stop();
    return new IntakeSide(world, targets, Number(new URL(product.origin).port));
  }

  /** Every request got a clean answer. @returns how many were accepted @throws {Inexact} */
  count(answers: readonly RawAnswer[]): number {
    let accepted = 0;
    for (const { status, hasRetryAfter, body } of answers) {
      const isClean = status === 202 || ((status === 503 || status === 429) && hasRetryAfter);
      demand(isClean, `a webhook was answered ${status}, Retry-After ${hasRetryAfter}: ${body.slice(0, 200)}`);
      if (status === 202) accepted++;
    }
    this.accepted += accepted;
    return accepted;
  }

  /** Every 202 is a row, and a promise to evaluate it, and nothing else is. @throws {Inexact} */
  async check(): Promise<void> {
    const ids = this.targets.map(({ projectId }) => projectId);
    const [row] = await query<{ deliveries: number; promises: number }>(
      this.world.product.databaseUrl,
      `SELECT (SELECT count(*) FROM delivery WHERE project_id = ANY($1))::int AS deliveries,
         (SELECT count(*) FROM outbox o JOIN delivery d ON d.id = o.subject_id WHERE d.project_id = ANY($1))::int AS promises`,
      [ids],
    );
    const { deliveries, promises } = row!;
    const counted = `${this.accepted} answered 202, ${deliveries} deliveries, ${promises} in the outbox`;
    demand(deliveries === this.accepted && promises === this.accepted, counted);
  }
}
