import { foreignSecrets } from './checks/foreign-secrets.js';
import type { Env } from './environment.js';
import type { ProcessRole } from './process-roles.js';

/**
 * The environment for a child process of that role: our own, with `additions`, without secrets that the child has no use
 * for. A supervisor holds what any of its children may hold, and passes on no more than each of them needs.
 */
export function childEnvironment(
  role: ProcessRole,
  additions: Readonly<Record<string, string>> = {},
  env: Env = process.env,
): Record<string, string | undefined> {
  const foreign = new Set(foreignSecrets(role, env).map((problem) => problem.name));
  const passedOn = Object.entries(env).filter(([name]) => !foreign.has(name));
  return { ...Object.fromEntries(passedOn), ...additions };
}
