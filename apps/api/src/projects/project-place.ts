import type { ProjectPlace, ProjectRecord } from '@cooperage/db';

/** Where changes of a project's parts belong to. */
export function placeOf(project: ProjectRecord): ProjectPlace {
  return { projectId: project.id, organizationId: project.organizationId };
}
