import type { SearchAnswer } from '@cooperage/contracts';
import { buildPath, imagePath, projectPath } from '../address/paths';
import { shortCommit, shortDigest, visibleText } from '../format/names';
import type { Command } from './command';

/** What the service found, as commands that go there. */
export function commandsOf({ projects, builds, images }: SearchAnswer): Command[] {
  return [
    ...projects.map(
      (project): Command => ({
        id: `project ${projectPath(project)}`,
        group: 'Projects',
        label: `${project.organizationSlug}/${project.slug}`,
        hint: visibleText(project.name),
        act: { kind: 'go', href: projectPath(project) },
      }),
    ),
    ...builds.map(
      (build): Command => ({
        id: `build ${buildPath(build)}`,
        group: 'Builds',
        label: `${build.projectSlug} #${build.number}`,
        hint: `${build.status.replaceAll('_', ' ')} · ${shortCommit(build.commit)} · ${visibleText(build.commitSubject)}`,
        act: { kind: 'go', href: buildPath(build) },
      }),
    ),
    ...images.map(
      ({ projectSlug, digest, organizationSlug }): Command => ({
        id: `image ${organizationSlug}/${projectSlug} ${digest}`,
        group: 'Images',
        label: shortDigest(digest),
        hint: `${organizationSlug}/${projectSlug}`,
        act: { kind: 'go', href: imagePath({ organizationSlug, slug: projectSlug }, digest) },
      }),
    ),
  ];
}
