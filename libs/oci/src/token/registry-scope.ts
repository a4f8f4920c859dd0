import { isRepositoryName, type RepositoryName } from '@cooperage/domain';

/** Docker's token authentication, "scope": what a token lets its bearer do to one repository. */
export const registryActions = ['pull', 'push', 'delete'] as const;
export type RegistryAction = (typeof registryActions)[number];

export interface RegistryScope {
  readonly repository: RepositoryName;
  readonly actions: readonly RegistryAction[];
}

const maxScopes = 64;
const maxLength = 8_192;

/**
 * `repository:name:pull,push` → scope. Null for everything that can never be granted: other resource types
 * (`registry:catalog:*`), names that are no repository, wildcards, no known action.
 */
export function parseScope(text: string): RegistryScope | null {
  const parts = text.split(':');
  if (parts.length !== 3 || parts[0] !== 'repository') return null;
  const [, repository = '', actionList = ''] = parts;
  const asked = actionList.split(',');
  if (!isRepositoryName(repository) || asked.includes('*')) return null;
  const actions = registryActions.filter((action) => asked.includes(action));
  return actions.length > 0 ? { repository, actions } : null;
}

/**
 * Scopes of a token request: one `scope` parameter or several, each of one scope or several separated by spaces. What
 * can never be granted is left out; more than 64 scopes or 8 KiB ask for nothing at all.
 */
export function parseScopes(values: string | readonly string[]): RegistryScope[] {
  const text = typeof values === 'string' ? values : values.join(' ');
  if (text.length > maxLength) return [];
  const parts = text.split(' ').filter((part) => part !== '');
  return parts.length > maxScopes ? [] : mergeScopes(parts.map(parseScope).filter((scope) => scope !== null));
}

export function formatScope(scope: RegistryScope): string {
  return `repository:${scope.repository}:${scope.actions.join(',')}`;
}

/** One scope per repository, with all its actions in a fixed order; repositories in the order of their first mention. */
export function mergeScopes(scopes: readonly RegistryScope[]): RegistryScope[] {
  const actions = new Map<RepositoryName, Set<RegistryAction>>();
  for (const scope of scopes) {
    const known = actions.get(scope.repository) ?? new Set();
    for (const action of scope.actions) known.add(action);
    actions.set(scope.repository, known);
  }
  return [...actions].map(([repository, known]) => ({
    repository,
    actions: registryActions.filter((action) => known.has(action)),
  }));
}

/** What is both asked for and allowed; repositories of which nothing is left are left out. */
export function grantScopes(asked: readonly RegistryScope[], allowed: readonly RegistryScope[]): RegistryScope[] {
  const rights = new Map(mergeScopes(allowed).map((scope) => [scope.repository, scope.actions]));
  return mergeScopes(asked)
    .map(({ repository, actions }) => ({
      repository,
      actions: actions.filter((action) => rights.get(repository)?.includes(action)),
    }))
    .filter((scope) => scope.actions.length > 0);
}

/** Whether `scopes` give nothing that `bounds` do not give. */
export function withinScopes(scopes: readonly RegistryScope[], bounds: readonly RegistryScope[]): boolean {
  const rights = new Map(mergeScopes(bounds).map((scope) => [scope.repository, scope.actions]));
  return scopes.every((scope) => scope.actions.every((action) => rights.get(scope.repository)?.includes(action)));
}
