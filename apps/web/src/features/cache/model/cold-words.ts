import type { Project, ProjectCache } from '@cooperage/contracts';
import { visibleText } from '../../../lib/format/names';
import type { ApiCall } from '../../../lib/format/shell';

type Cold = NonNullable<ProjectCache['cold']>;

/** What the first build is like, for a page without numbers. */
export const firstBuildWords =
  'The first build will be cold: it runs every step, and what it leaves is found by those after it.';

/** Why the next build of a branch finds nothing of the default branch. */
export function coldSentence({ why }: Cold, defaultBranch: string | null): string {
  const main = visibleText(defaultBranch ?? 'the default branch');
  const next = 'the first build of each branch is cold and runs every step';
  if (why === 'reset') return `The cache of ${main} was reset, and no build has left a new one: ${next}.`;
  if (why === 'deleted') return `The cache of ${main} was deleted from the registry: ${next}.`;
  return `No build of ${main} has left a cache in the registry yet: ${next}.`;
}

/** A build of the default branch as it is now that runs every step, so that all of its cache is left. It moves no tag. */
export function warmCall({
  id,
  defaultBranch,
}: Pick<Project, 'id' | 'defaultBranch'>): ApiCall & { readonly body: object } {
  const body = { ref: `refs/heads/${defaultBranch ?? 'main'}`, noCache: true };
  return { method: 'POST', path: `/projects/${id}/builds`, body };
}
