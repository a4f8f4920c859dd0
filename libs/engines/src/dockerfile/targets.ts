import { BuildFailure, isDefinitionTarget, mostTargets } from '@cooperage/domain';
import type { BuildRequest, RequestedTarget } from '../build-request.js';

/**
 * A target as a request of its own: whatever is checked, limited or told to the engine for a request goes for each of its targets
 * by the very same code.
 */
function requestOfTarget(request: BuildRequest, target: RequestedTarget): BuildRequest {
  const { context, namedContexts, dockerfile, stage, buildArgs, labels, noCache, networkMode } = target;
  return {
    ...request,
    ...{ context, namedContexts, dockerfile, buildArgs, labels, noCache, annotations: {}, targets: [] },
    target: stage ?? undefined,
    limits: { ...request.limits, networkMode },
  };
}

/** The requests of all targets of a request, in their order. */
export function targetRequests(request: BuildRequest): BuildRequest[] {
  return (request.targets ?? []).map((target) => requestOfTarget(request, target));
}

/**
 * Names of the targets that each of them may take, by its place: those before it.
 * @throws {BuildFailure} `InvalidBuildConfig` for a name that is none or comes twice, or too many of them
 */
export function checkTargets(targets: readonly RequestedTarget[]): ReadonlySet<string>[] {
  // With the one that is built for.
  if (targets.length >= mostTargets) throw invalid(`The build has more than ${mostTargets} targets.`);
  const names = targets.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (!isDefinitionTarget(name)) throw invalid('The name of a target is not valid.');
    if (names.indexOf(name) !== index) throw invalid(`There are two targets with the name “${name}”.`);
  }
  return targets.map((_, index) => new Set(names.slice(0, index)));
}

function invalid(message: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message);
}
