import type { Problem } from '../config-error.js';
import { type Env, namesOf } from '../environment.js';
import { type ProcessRole, passesOn, shapes } from '../process-roles.js';
import { settingsOf } from '../setting.js';
import { variables } from '../variables.js';

/**
 * Secrets that were given to a process which has no use for them. A builder that could read the signing keys' key would
 * break the promise that builders cannot sign, so it does not start.
 */
export function foreignSecrets(role: ProcessRole, env: Env): Problem[] {
  const allowed = new Set([role, ...(passesOn[role] ?? [])].flatMap(variableNames));
  return Object.values(variables)
    .filter((variable) => variable.secret && !allowed.has(variable.name))
    .flatMap(namesOf)
    .filter((name) => Boolean(env[name]))
    .map((name) => ({ name, says: `is not for the ${role} process: remove it from its environment` }));
}

function variableNames(role: ProcessRole): string[] {
  return settingsOf(shapes[role]).map((setting) => setting.variable.name);
}
