import { isRepositoryName, type RepositoryName } from '@cooperage/domain';
import type { RegistryAction, RegistryScope } from '../token/registry-scope.js';

export function scopesOf(repository: RepositoryName, ...actions: RegistryAction[]): RegistryScope[] {
  return [{ repository, actions }];
}

/** Repository names are checked when they are made; a path is a security boundary, so they are checked again. */
export function repositoryPath(repository: RepositoryName): string {
  if (!isRepositoryName(repository)) throw new TypeError('not a repository name');
  return `/v2/${repository}`;
}
