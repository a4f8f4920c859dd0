/** A repository name of the OCI distribution specification, lower case, without host and tag. */
export type RepositoryName = string;

const component = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;

/** Name spaces of the service itself. No organization can take one of these as its slug. */
export const reservedSlugs = ['staging', 'cache', 'library', 'cooperage', 'api', 'system', 'admin'] as const;

export function isRepositoryName(value: string): value is RepositoryName {
  return value.length <= 255 && value.split('/').every((part) => component.test(part));
}

/** A slug of an organization or project: one component of a repository name, at most 63 characters. */
export function isSlug(value: string): boolean {
  return value.length <= 63 && component.test(value);
}

export function projectRepository(organizationSlug: string, projectSlug: string): RepositoryName {
  return `${organizationSlug}/${projectSlug}`;
}
