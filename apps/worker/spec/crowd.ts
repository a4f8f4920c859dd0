import { randomBytes } from 'node:crypto';
import type { TestProject, WorkerSystem } from './worker-system.js';

export interface CrowdSize {
  readonly organizations: number;
  readonly projects: number;
  /** Deliveries of each project, all of its one commit. */
  readonly deliveriesEach: number;
}

/** Projects of several organizations with one small commit each. */
export class Crowd {
  private constructor(
    private readonly system: WorkerSystem,
    private readonly members: readonly { readonly project: TestProject; readonly commit: string }[],
    private readonly deliveriesEach: number,
  ) {}

  static async gather(system: WorkerSystem, size: CrowdSize): Promise<Crowd> {
    const organizations: string[] = [];
    for (let number = 0; number < size.organizations; number++) {
      const id = `o-${randomBytes(4).toString('hex')}`;
      await system.db.prisma.organization.create({ data: { id, name: id, slug: id, createdAt: new Date() } });
      organizations.push(id);
    }
    const members = [];
    for (let number = 0; number < size.projects; number++) {
      const project = await system.project({ organizationId: organizations[number % organizations.length] });
      const files = { Dockerfile: `FROM busybox:latest\nLABEL number=${number}\n` };
      members.push({ project, commit: await project.git.commit(files) });
    }
    return new Crowd(system, members, size.deliveriesEach);
  }

  /** All deliveries of all projects at one moment, as quickly as the database takes them. @returns their ids */
  async pushAtOnce(): Promise<string[]> {
    const waiting = Array.from({ length: this.deliveriesEach }, () => this.members).flat();
    const ids: string[] = [];
    const take = async () => {
      for (let next = waiting.shift(); next; next = waiting.shift())
        ids.push(await this.system.push(next.project, next.commit));
    };
    await Promise.all([take(), take(), take()]);
    return ids;
  }

  /** Resolves when every delivery was evaluated, every build has ended, and nothing of them is left in the outbox. */
  async settled(deliveries: readonly string[], timeoutMs: number): Promise<void> {
    const { delivery, build, outbox } = this.system.db.prisma;
    await this.system.until(async () => {
      const open = await Promise.all([
        delivery.count({ where: { id: { in: [...deliveries] }, status: { in: ['received', 'evaluating'] } } }),
        build.count({ where: { deliveryId: { in: [...deliveries] }, finishedAt: null } }),
        outbox.count({ where: { topic: { not: 'reconcile' } } }),
      ]);
      return open.every((count) => count === 0) ? true : null;
    }, timeoutMs);
  }

  /** What contradicts the promises: rows that should not be there. Empty where they hold. */
  async contradictions(deliveries: readonly string[]): Promise<unknown[]> {
    const { prisma } = this.system.db;
    const ids = [...deliveries];
    const stored = await prisma.delivery.findMany({ where: { id: { in: ids } }, select: { id: true, status: true } });
    const builds = await prisma.build.findMany({
      where: { deliveryId: { in: ids } },
      select: { id: true, deliveryId: true, projectId: true, status: true },
    });
    const ends = await prisma.$queryRaw<unknown[]>`
      SELECT build_id::text AS "endedTwice", count(*)::int FROM build_event
      WHERE to_status IN ('succeeded', 'failed', 'canceled', 'timed_out') AND from_status <> to_status
      GROUP BY build_id HAVING count(*) > 1`;
    const backwards = await prisma.$queryRaw<unknown[]>`
      SELECT * FROM (
        SELECT m.project_id::text, m.tag, b.sequence::int, lag(b.sequence) OVER (PARTITION BY m.project_id, m.tag ORDER BY m.id)::int AS before
        FROM tag_move m JOIN build b ON b.id = m.build_id
      ) moves WHERE sequence < before`;
    const projects = new Set(builds.filter(({ status }) => status === 'succeeded').map(({ projectId }) => projectId));
    return [
      ...(stored.length === ids.length ? [] : [{ accepted: ids.length, stored: stored.length }]),
      ...stored.filter(({ status }) => status !== 'evaluated'),
      ...builds.filter(({ status }) => status !== 'succeeded'),
      ...this.members.flatMap(({ project: { id } }) => (projects.has(id) ? [] : [{ withoutImage: id }])),
      ...ends,
      ...backwards,
    ];
  }
}
