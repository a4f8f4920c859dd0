import type { HookSecretInfo, Project, ProjectSummary } from '@cooperage/contracts';
import type { HookSecretRecord, ProjectRecord, ProjectSummaryRecord } from '@cooperage/db';
import { projectRepository } from '@cooperage/domain';
import type { ApiSettings } from '../app/settings.js';

export function presentProject(project: ProjectRecord, settings: ApiSettings): Project {
  // The page's schema is strict: what is not part of the contract must not come along.
  const { createdAt, gitCredentialsOrigin: _, ...fields } = project;
  return {
    ...fields,
    buildArgs: { ...project.buildArgs },
    namedContexts: { ...project.namedContexts },
    protectedBranches: [...project.protectedBranches],
    protectedTags: [...project.protectedTags],
    definition: project.definition && { ...project.definition },
    ...addressesOf(project, settings),
    createdAt: createdAt.toISOString(),
  };
}

export function presentProjectSummary(project: ProjectSummaryRecord, settings: ApiSettings): ProjectSummary {
  return { ...project, ...addressesOf(project, settings), createdAt: project.createdAt.toISOString() };
}

function addressesOf(project: ProjectSummaryRecord, settings: ApiSettings) {
  return {
    imageRepository: imageRepositoryOf(project, settings),
    hookUrl: `${settings.publicUrl}/api/v1/hooks/${project.id}`,
  };
}

/** Repository of a project's images with the registry's host, without a tag. */
export function imageRepositoryOf(
  project: Pick<ProjectSummaryRecord, 'organizationSlug' | 'slug'>,
  settings: ApiSettings,
): string {
  return `${settings.publicRegistry.host}/${projectRepository(project.organizationSlug, project.slug)}`;
}

export function presentHookSecret(secret: HookSecretRecord): HookSecretInfo {
  return {
    id: secret.id,
    prefix: secret.prefix,
    createdAt: secret.createdAt.toISOString(),
    lastUsedAt: secret.lastUsedAt?.toISOString() ?? null,
  };
}
