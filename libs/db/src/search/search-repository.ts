import type { Database } from '../database.js';
import type { Prisma } from '../generated/client.js';
import {
  type BuildScope,
  buildsOfCommitSql,
  buildsOfNumberSql,
  imagesOfDigestSql,
  newestBuildsSql,
} from './search-sql.js';

/** Most of each kind that one search answers. */
const mostHits = 8;
/** Projects among which a build's number or a digest is looked up; newest first. */
const mostProjects = 200;

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
    return this.builds(buildsOfNumberSql(projectIds, number, mostHits));
  }

  /** @param prefix first digits of the commit, in lower-case hex */
  buildsByCommit(organizationIds: readonly string[], prefix: string): Promise<FoundBuild[]> {
    return this.builds(buildsOfCommitSql(organizationIds, prefix, mostHits));
  }

  /** Of the newest builds there those that have each word in the commit's subject. */
  async buildsBySubject(scope: BuildScope, words: readonly string[]): Promise<FoundBuild[]> {
    const newest = await this.builds(newestBuildsSql(scope));
    const fits = ({ commitSubject }: FoundBuild) => words.every((word) => commitSubject.toLowerCase().includes(word));
    return newest.filter(fits).slice(0, mostHits);
  }

  /** @param prefix first digits of the digest, without its algorithm */
  async images(projectIds: readonly string[], prefix: string) {
    return this.db.prisma.image.findMany({
      where: { id: { in: await this.ids(imagesOfDigestSql(projectIds, `sha256:${prefix}`, mostHits)) } },
      select: { digest: true, ...placeColumns },
      orderBy: { id: 'desc' },
    });
  }

  private async builds(sql: Prisma.Sql): Promise<FoundBuild[]> {
    const where = { id: { in: await this.ids(sql) } };
    return this.db.prisma.build.findMany({ where, select: buildColumns, orderBy: { id: 'desc' } });
  }

  private async ids(sql: Prisma.Sql): Promise<string[]> {
    const rows = await this.db.prisma.$queryRaw<{ id: string }[]>(sql);
    return rows.map(({ id }) => id);
  }
}

function hasWord(word: string): Prisma.ProjectWhereInput {
  // The words are compared as they are: what a pattern would take for a wild card is escaped.
  const contains = { contains: word.replace(/[\\%_]/g, '\\$&'), mode: 'insensitive' as const };
  return { OR: [{ slug: contains }, { name: contains }, { organization: { slug: contains } }] };
}
