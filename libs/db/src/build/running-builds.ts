import type { Database } from '../database.js';

export interface RunningBuild {
  /** Process that has claimed the build's attempt. */
  readonly instanceId: string;
  readonly id: string;
  readonly number: number;
  readonly projectSlug: string;
  readonly organizationSlug: string;
}

/** Which process works on which build now, as far as the reader may see it. */
export class RunningBuilds {
  constructor(private readonly db: Database) {}

  async of(instanceIds: readonly string[], organizationIds: readonly string[]): Promise<RunningBuild[]> {
    if (instanceIds.length === 0 || organizationIds.length === 0) return [];
    const rows = await this.db.prisma.attempt.findMany({
      where: {
        state: 'claimed',
        instanceId: { in: [...instanceIds] },
        build: { organizationId: { in: [...organizationIds] }, project: { deletedAt: null } },
      },
      select: {
        instanceId: true,
        build: {
          select: {
            id: true,
            number: true,
            project: { select: { slug: true, organization: { select: { slug: true } } } },
          },
        },
      },
    });
    return rows.flatMap(({ instanceId, build }) =>
      instanceId === null
        ? []
        : [
            {
              ...{ instanceId, id: build.id, number: build.number },
              ...{ projectSlug: build.project.slug, organizationSlug: build.project.organization.slug },
            },
          ],
    );
  }
}
