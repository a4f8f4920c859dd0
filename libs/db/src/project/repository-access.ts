import type { Database } from '../database.js';

/** An image repository by the names in it. */
export interface RepositoryNames {
  readonly organizationSlug: string;
  readonly projectSlug: string;
}

/** Who may pull what: names of repositories, judged without a look at anything else of a project. */
export class RepositoryAccess {
  constructor(private readonly db: Database) {}

  /** Those of the named repositories that are public, or belong to one of the organizations. */
  async pullable(names: readonly RepositoryNames[], organizationIds: readonly string[]): Promise<RepositoryNames[]> {
    if (names.length === 0) return [];
    const rows = await this.db.prisma.project.findMany({
      where: {
        deletedAt: null,
        OR: names.map(({ organizationSlug, projectSlug }) => ({
          slug: projectSlug,
          organization: { slug: organizationSlug },
        })),
        AND: { OR: [{ visibility: 'public' }, { organizationId: { in: [...organizationIds] } }] },
      },
      select: { slug: true, organization: { select: { slug: true } } },
    });
    return rows.map((row) => ({ organizationSlug: row.organization.slug, projectSlug: row.slug }));
  }
}
