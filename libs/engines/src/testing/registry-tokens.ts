import { mintToken, type TestServices } from '@cooperage/testing';
import type { BuildRequest } from '../build-request.js';

/** Rights at the test registry for the repositories named; other repositories get no token. */
export function rightsTo(
  registry: TestServices['registry'],
  repositories: readonly string[],
): BuildRequest['registryAuth'] {
  return {
    token: async (host, scopes) => {
      const allowed = scopes.filter((scope) => repositories.includes(scope.split(':')[1]!));
      if (host !== registry.host || allowed.length === 0) return null;
      return { token: mintToken(registry, allowed), expiresInSeconds: 300 };
    },
    credentials: () => null,
  };
}
