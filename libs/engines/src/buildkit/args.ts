import { createHash } from 'node:crypto';
import { type FrontendOptions, frontendAttrs, imageExporter, namedTree, type StoredCache } from '@cooperage/buildkit';
import { BuildFailure, buildArgumentProblem, isRepositoryPath } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import { checkContexts } from '../dockerfile/named-contexts.js';
import type { CheckedDockerfile } from '../dockerfile/policy.js';
import { checkTargets, targetRequests } from '../dockerfile/targets.js';

/**
 * Checks what of a request comes from users, each of its targets included.
 * @throws {BuildFailure} `PolicyRefused` for a build argument that loads a foreign frontend (S-033), `ReservedBuildArg`,
 * `InvalidBuildConfig`
 */
export function checkRequest(request: BuildRequest): void {
  const { targets = [] } = request;
  const before = checkTargets(targets);
  for (const [index, target] of targetRequests(request).entries()) checkPart(target, before[index]!);
  checkPart(request, new Set(targets.map(({ name }) => name)));
}

function checkPart(request: BuildRequest, targets: ReadonlySet<string>): void {
  for (const [name, value] of Object.entries(request.buildArgs)) checkBuildArg(name, value);
  if (!/^[a-z0-9]+\/[a-z0-9_]+(?:\/[a-z0-9.]+)?$/.test(request.platform)) throw invalid('The platform is not valid.');
  if (!isRepositoryPath(request.dockerfile.path)) throw invalid('The path of the Dockerfile is not valid.');
  if (!/^[0-9a-f]{8,64}$/.test(request.reference)) throw invalid('The reference of the build is not valid.');
  if (request.target !== undefined && /[\0\n]/.test(request.target)) throw invalid('The target is not valid.');
  checkContexts(request.namedContexts ?? [], targets);
  for (const key of [...Object.keys(request.annotations), ...Object.keys(request.labels)])
    if (!/^[^\s=]+$/.test(key)) throw invalid(`The label or annotation ${JSON.stringify(key)} has no valid name.`);
}

function checkBuildArg(name: string, value: string): void {
  if (name === 'BUILDKIT_SYNTAX')
    throw new BuildFailure('PolicyRefused', 'A build argument may not choose the Dockerfile frontend.');
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
    throw invalid(`The build argument ${JSON.stringify(name)} has no valid name.`);
  // What the settings refuse may still stand in a definition.
  const problem = buildArgumentProblem(name);
  if (problem !== null) throw new BuildFailure('ReservedBuildArg', `The build argument ${name} ${problem}.`);
  if (value.includes('\0')) throw invalid(`The value of the build argument ${name} is not valid.`);
}

/** What the engine adds to a request. */
export interface EngineSide {
  /** As the engine is told it: it counts the whole path into the keys of steps. */
  readonly groupPath?: string;
  readonly insecureRegistry: boolean;
  readonly storedCaches: readonly StoredCache[];
}

/**
 * The attributes that decide what is built of one Dockerfile. SOURCE_DATE_EPOCH is told to the Dockerfile only when it declares that
 * argument: it changes the keys of WORKDIR and of everything after it, so each commit would build all of it again.
 */
export function frontendOf(
  request: BuildRequest,
  dockerfile: Pick<CheckedDockerfile, 'wantsSourceDateEpoch'>,
  engine: EngineSide,
): Record<string, string> {
  const epoch = { SOURCE_DATE_EPOCH: String(request.sourceDateEpoch) };
  const options: FrontendOptions = {
    dockerfile: request.dockerfile.path,
    target: request.target,
    platform: request.platform,
    buildArgs: { ...request.buildArgs, ...(dockerfile.wantsSourceDateEpoch && epoch) },
    labels: request.labels,
    // With two of them BuildKit misses steps that it finds with one (https://github.com/moby/buildkit/issues/6418).
    cacheImports: request.noCache ? [] : request.cacheImports.slice(0, 1),
    storedCaches: engine.storedCaches,
    insecureCache: engine.insecureRegistry,
    noCache: request.noCache,
    cacheMountNamespace: request.cacheMountNamespace,
    ...(engine.groupPath === undefined
      ? { resultSpace: hash(groupNameOf(request)) }
      : { cgroupParent: engine.groupPath }),
    networkMode: request.limits.networkMode,
    withoutCores: true,
    namedContexts: namedContextsOf(request),
  };
  return frontendAttrs(options);
}

function namedContextsOf({ namedContexts = [] }: BuildRequest): FrontendOptions['namedContexts'] {
  return Object.fromEntries(
    namedContexts.map((context, index) => {
      if (context.kind === 'folder') return [context.name, { tree: namedTree(index) }];
      if (context.kind === 'image') return [context.name, { image: context.reference }];
      return [context.name, { input: inputKey(context) }];
    }),
  );
}

/** By which a graph is handed from one Dockerfile to another. */
export function inputKey({ target }: { readonly target: string }): string {
  return `target-${target}`;
}

export function exporterOf({ push, annotations, sourceDateEpoch }: BuildRequest, insecure: boolean) {
  return imageExporter({ ...push, annotations, sourceDateEpoch, insecure });
}

/** Path of the control group for a request's steps, see `BuildLimits.group`. */
export function groupPathOf(request: BuildRequest, defaultParent: string): string {
  const name = groupNameOf(request);
  if (!/^[A-Za-z0-9][A-Za-z0-9_.-]*$/.test(name)) throw invalid('The name of the group of limits is not valid.');
  return `${(request.limits.cgroupParent ?? defaultParent).replace(/\/+$/, '')}/${name}`;
}

function groupNameOf({ limits, push }: BuildRequest): string {
  return limits.group ?? hash(`${push.host}/${push.repository}`);
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

function invalid(message: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message);
}
