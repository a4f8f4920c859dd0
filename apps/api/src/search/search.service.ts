import type { SearchAnswer, SearchQuery } from '@cooperage/contracts';
import { type FoundBuild, SearchRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { ProjectsService } from '../projects/projects.service.js';
import { type SearchTerms, searchTerms } from './search-terms.js';

interface Bound {
  readonly organizationIds: readonly string[];
  /** The one project that is looked through. */
  readonly projectId: string | null;
}

@Injectable()
export class SearchService {
  constructor(
    private readonly repository: SearchRepository,
    private readonly projects: ProjectsService,
  ) {}

  /** @throws {ApiProblem} `not_found` for a project that is not there, or not the caller's. */
  async search(principal: Principal, { q, only, project }: SearchQuery): Promise<SearchAnswer> {
    const terms = searchTerms(q);
    const bound: Bound = {
      organizationIds: organizationIdsOf(principal),
      projectId: project === undefined ? null : (await this.projects.getByPath(principal, project)).id,
    };
    const [projects, builds, images] = await Promise.all([
      only === 'builds' ? [] : this.repository.projects(bound.organizationIds, terms.words),
      only === 'projects' ? [] : this.builds(bound, terms),
      only !== undefined || terms.digest === null ? [] : this.images(bound, terms.digest),
    ]);
    return {
      projects: projects.map(({ slug, name, organization }) => ({ organizationSlug: organization.slug, slug, name })),
      builds: builds.map(presentBuild),
      images: images.map((image) => ({ ...placeOf(image), digest: image.digest })),
    };
  }

  private async builds(bound: Bound, terms: SearchTerms): Promise<FoundBuild[]> {
    const found = await Promise.all([
      terms.number === null ? [] : this.buildsByNumber(bound, terms),
      terms.commit === null ? [] : this.buildsByCommit(bound, terms.commit),
      terms.number === null && terms.commit === null ? this.buildsBySubject(bound, terms.words) : [],
    ]);
    return [...new Map(found.flat().map((build) => [build.id, build])).values()].slice(0, 8);
  }

  private async buildsByNumber(bound: Bound, { number, projectWords }: SearchTerms): Promise<FoundBuild[]> {
    const projectIds =
      bound.projectId === null
        ? await this.repository.projectIds(bound.organizationIds, projectWords)
        : [bound.projectId];
    return this.repository.buildsByNumber(projectIds, number!);
  }

  private async buildsByCommit({ organizationIds, projectId }: Bound, commit: string): Promise<FoundBuild[]> {
    const builds = await this.repository.buildsByCommit(organizationIds, commit);
    return builds.filter((build) => projectId === null || build.projectId === projectId);
  }

  /** Words find builds of one project, or of all when there is something to find; nothing typed is no question. */
  private async buildsBySubject({ organizationIds, projectId }: Bound, words: readonly string[]) {
    if (projectId !== null) return this.repository.buildsBySubject({ projectId }, words);
    if (words.join('').length < 3) return [];
    return this.repository.buildsBySubject({ organizationIds }, words);
  }

  private async images({ organizationIds }: Bound, digest: string) {
    return this.repository.images(await this.repository.projectIds(organizationIds, []), digest);
  }
}

function placeOf({ project }: { project: { slug: string; organization: { slug: string } } }) {
  return { organizationSlug: project.organization.slug, projectSlug: project.slug };
}

function presentBuild(build: FoundBuild): SearchAnswer['builds'][number] {
  const { number, status, commit, commitSubject } = build;
  return {
    ...placeOf(build),
    number,
    status: status as SearchAnswer['builds'][number]['status'],
    commit,
    commitSubject,
  };
}
