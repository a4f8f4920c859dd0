import type { Problem } from '../config-error.js';
import { type Env, namesOf } from '../environment.js';
import { prefix, toolVariables, variables } from '../variables.js';
import { nearestName } from './nearest-name.js';

const knownNames = [...Object.values(variables).flatMap(namesOf), ...Object.keys(toolVariables)];

/** Variables with our prefix that nothing reads: most often a typing error that would silently keep a default. */
export function unknownVariables(env: Env): Problem[] {
  return Object.keys(env)
    .filter((name) => name.startsWith(prefix) && !knownNames.includes(name) && !isServiceLink(name, env))
    .sort()
    .map((name) => {
      const nearest = nearestName(name, knownNames);
      return { name, says: nearest ? `is not known. Did you mean ${nearest}?` : 'is not known' };
    });
}

const serviceLink = /^(.+)_(?:SERVICE_(?:HOST|PORT(?:_.+)?)|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_(?:PROTO|PORT|ADDR))?)?)$/;

/** Kubernetes sets `<SERVICE>_SERVICE_HOST`, `<SERVICE>_PORT_…` for each service of a name space, whatever its name. */
function isServiceLink(name: string, env: Env): boolean {
  const service = serviceLink.exec(name)?.[1];
  return service !== undefined && Boolean(env[`${service}_SERVICE_HOST`]);
}
