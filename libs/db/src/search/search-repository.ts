import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';

/** Most of each kind that one search answers. */
const mostHits = 8;
/** Projects among which a build's number or a digest is looked up; newest first. */
const mostProjects = 200;
/** Builds whose commit subjects are looked through; newest first. */
const mostBuilds = 200;

export interface FoundProject {
  readonly id: string;
  readonly slug: string;
  readonly name: string;
  readonly organization: { readonly slug: string };
}
export type FoundBuild = Prisma.BuildGetPayload<{ select: typeof buildColumns }>;

const placeColumns = { project: { select: { slug: true, organization: { select: { slug: true } } } } } as const;
const buildColumns = {
  id: true,
  projectId: true,
  number: true,
  status: true,
  commit: true,
  commitSubject: true,
  ...placeColumns,
} as const;
const projectColumns = { id: true, slug: true, name: true, organization: { select: { slug: true } } } as const;

/** Finds by name, number, commit and digest, bounded to organizations. Each question looks at a bounded number of rows. */
export class SearchRepository {
  constructor(private readonly db: Database) {}

  /** Projects that have each word in their slug, their name or their organization's slug, newest first. */
  projects(organizationIds: readonly string[], words: readonly string[], limit = mostHits): Promise<FoundProject[]> {
    return this.db.prisma.project.findMany({
      where: { organizationId: { in: [...organizationIds] }, deletedAt: null, AND: words.map(hasWord) },
      select: projectColumns,
      orderBy: { id: 'desc' },
      take: limit,
    });
  }

  /** Projects among which something of theirs is looked for. */
  async projectIds(organizationIds: readonly string[], words: readonly string[]): Promise<string[]> {
    const projects = await this.projects(organizationIds, words, mostProjects);
    return projects.map(({ id }) => id);
  }

  buildsByNumber(projectIds: readonly string[], number: number): Promise<FoundBuild[]> {
    return this.builds({ projectId: { in: [...projectIds] }, number }, mostHits);
  }

  /** @param prefix first digits of the commit, in lower-case hex; `g` follows `f` in their order */
  buildsByCommit(organizationIds: readonly string[], prefix: string): Promise<FoundBuild[]> {
    const commit = { gte: prefix, lt: `${prefix}g` };
    return this.builds(
      { organizationId: { in: [...organizationIds] }, project: { deletedAt: null }, commit },
      mostHits,
    );
  }

  /** Of the newest builds of these projects those that have each word in the commit's subject. */
  async buildsBySubject(projectIds: readonly string[], words: readonly string[]): Promise<FoundBuild[]> {
    const newest = await this.builds({ projectId: { in: [...projectIds] } }, mostBuilds);
    const fits = ({ commitSubject }: FoundBuild) => words.every((word) => commitSubject.toLowerCase().includes(word));
    return newest.filter(fits).slice(0, mostHits);
  }

  /** @param prefix first digits of the digest, without its algorithm */
  images(projectIds: readonly string[], prefix: string) {
    return this.db.prisma.image.findMany({
      where: {
        projectId: { in: [...projectIds] },
        digest: { gte: `sha256:${prefix}`, lt: `sha256:${prefix}g` },
      },
      select: { digest: true, ...placeColumns },
      orderBy: { id: 'desc' },
      take: mostHits,
    });
  }

  private builds(where: Prisma.BuildWhereInput, limit: number): Promise<FoundBuild[]> {
    return this.db.prisma.build.findMany({ where, select: buildColumns, orderBy: { id: 'desc' }, take: limit });
  }
}

function hasWord(word: string): Prisma.ProjectWhereInput {
  // The words are compared as they are: what a pattern would take for a wild card is escaped.
  const contains = { contains: word.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const };
  return { OR: [{ slug: contains }, { name: contains }, { organization: { slug: contains } }] };
}
