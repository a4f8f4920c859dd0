import { dangerousSwitches } from './checks/dangerous-switches.js';
import { engineParts } from './checks/engine-parts.js';
import { foreignSecrets } from './checks/foreign-secrets.js';
import { keyRelations } from './checks/key-relations.js';
import { unknownVariables } from './checks/unknown-variables.js';
import { ConfigError, type Problem } from './config-error.js';
import type { Env } from './environment.js';
import { type Config, type ProcessRole, shapes } from './process-roles.js';
import { Reader } from './reader.js';

/**
 * The configuration of one process, read once at its start. Nothing else in the product reads the environment.
 * @throws {ConfigError} with every problem at once.
 */
export function loadConfig<R extends ProcessRole>(role: R, env: Env = process.env): Config<R> {
  const reader = new Reader(env);
  const values = reader.read(shapes[role]);
  const problems = problemsOf(role, reader, env);
  if (problems.length > 0) throw new ConfigError(role, problems);
  return values as Config<R>;
}

/** Problems of single variables first, then those between variables. */
export function problemsOf(role: ProcessRole, reader: Reader, env: Env): Problem[] {
  return [
    ...reader.problems,
    ...keyRelations(reader),
    ...dangerousSwitches(reader, env),
    ...engineParts(role, reader),
    ...foreignSecrets(role, env),
    ...unknownVariables(env),
  ];
}
