import { BuildFailure, type FailurePlace, isNamedContext, parseContextName } from '@cooperage/domain';
import type { BuildRequest, RequestedContext } from '../build-request.js';
import type { CheckedDockerfile } from './policy.js';

/**
 * @param targets names of those that it may name
 * @throws {BuildFailure} `InvalidBuildConfig` for a name that is none or comes twice, an image that is none, or a target that is
 * not there
 */
export function checkContexts(contexts: readonly RequestedContext[], targets: ReadonlySet<string>): void {
  const known = new Set<string>();
  for (const context of contexts) {
    const name = checkedName(context.name);
    if (known.has(name)) throw invalid(`There are two contexts with the name “${name}”.`);
    known.add(name);
    if (context.kind === 'image' && !isNamedContext(`docker-image://${context.reference}`))
      throw invalid(`The image of the context “${name}” has no valid name.`);
    if (context.kind === 'target' && !targets.has(context.target))
      throw invalid(`The target of the context “${name}” is not built before it.`);
  }
}

/** The builder would take the context wherever the Dockerfile means its stage, and the file would not say so. */
export function refuseShadowedStages(
  { namedContexts = [], dockerfile: { path: file } }: BuildRequest,
  { instructions }: Pick<CheckedDockerfile, 'instructions'>,
): void {
  const names = new Set(namedContexts.map(({ name }) => parseContextName(name)));
  for (const { keyword, args, startLine: line, endLine } of instructions) {
    const stage = keyword === 'from' ? /\sas\s+(\S+)\s*$/i.exec(args)?.[1]?.toLowerCase() : undefined;
    if (stage !== undefined && names.has(stage))
      throw invalid(`The context “${stage}” has the name of a stage.`, { file, line, endLine });
  }
}

function checkedName(name: string): string {
  try {
    return parseContextName(name);
  } catch (error) {
    throw invalid(`A context is refused: ${(error as Error).message}.`);
  }
}

function invalid(message: string, place?: FailurePlace): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message, { ...(place && { place }) });
}
