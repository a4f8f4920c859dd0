import type { BuildSummary, Page } from '@cooperage/contracts';

export interface NewestBuilds {
  readonly byProject: ReadonlyMap<string, BuildSummary>;
  /** All builds there are were looked at, so a project that is missing has none. */
  readonly complete: boolean;
}

/** The newest build of each project among one page of all builds, newest first: one request instead of one a project. */
export function newestBuilds(page: Page<BuildSummary>): NewestBuilds {
  const byProject = new Map<string, BuildSummary>();
  for (const build of page.items) {
    if (!byProject.has(build.projectId)) byProject.set(build.projectId, build);
  }
  return { byProject, complete: page.next === null };
}
