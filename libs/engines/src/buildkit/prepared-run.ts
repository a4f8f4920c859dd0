import type { SolveInput } from '@cooperage/buildkit';
import { BuildFailure, type Instruction, isCacheImport } from '@cooperage/domain';
import type { BuildRequest } from '../build-request.js';
import type { GroupLease, StepGroups } from '../cgroup/step-groups.js';
import { refuseShadowedStages } from '../dockerfile/named-contexts.js';
import { type CheckedDockerfile, checkDockerfile } from '../dockerfile/policy.js';
import { targetRequests } from '../dockerfile/targets.js';
import type { EngineEvent } from '../engine.js';
import { LimitGuard } from '../limits/limit-guard.js';
import { OutputPace } from '../limits/output-pace.js';
import { StepWatch } from '../limits/step-watch.js';
import { WritePace } from '../limits/write-pace.js';
import type { OpenedCaches } from '../local-cache/local-caches.js';
import { checkRequest, type EngineSide, frontendOf, groupPathOf, inputKey } from './args.js';
import { buildFailureOf } from './failure.js';
import { ProgressReader } from './progress.js';

/** A request that passed all checks, with the group that its steps run in. */
export interface PreparedRun {
  /** By the path of the Dockerfile. */
  readonly instructions: ReadonlyMap<string, readonly Instruction[]>;
  readonly solve: SolveParts;
  readonly caches: OpenedCaches;
  readonly progress: ProgressReader;
  readonly watch: StepWatch;
  readonly group: GroupLease | undefined;
  readonly guard: LimitGuard;
  readonly pace: OutputPace;
  readonly writes: WritePace;
  /** Of the engine's record of a build, see `readOutcome`. */
  readonly mostRecordBytes: number;
}

/** What the engine is told of the Dockerfiles of a request. */
interface SolveParts extends DockerfileSolve {
  readonly inputs: readonly SolveInput[];
  readonly stepMark?: string;
  readonly fetchOwner?: string;
}

interface DockerfileSolve {
  readonly frontendAttrs: Readonly<Record<string, string>>;
  readonly namedInputs: readonly string[];
}

/** What all runs of an engine have in common. */
export interface RunSetting {
  /** Null: limits are not enforced from here. */
  readonly groups: StepGroups | null;
  /** Parent of the steps' groups unless a request names one. */
  readonly cgroupParent: string;
  /** Path below which the engine puts them; empty for the root. */
  readonly cgroupBase: string;
  readonly insecureRegistry: boolean;
  /** Of base images, for one build; what is usual where it is left out. */
  readonly mostFetchBytes?: number;
  /** That ADD may fetch from in one build. */
  readonly mostAddresses?: number;
  readonly mostRecordBytes?: number;
}

/** The record of a build names every step and holds the Dockerfile. It is read whole, for each build that runs here at a time. */
const usualRecordBytes = 16 * 1024 * 1024;

/** @throws {BuildFailure} before anything runs */
export function prepareRun(
  request: BuildRequest,
  setting: RunSetting,
  caches: OpenedCaches,
  signal: AbortSignal,
): PreparedRun {
  if (signal.aborted) throw stopped(signal);
  checkRequest(request);
  const targets = targetRequests(request);
  // All of them, before anything runs.
  const checked = checkedDockerfiles(request, targets);
  const { groups, cgroupParent, cgroupBase, insecureRegistry, mostFetchBytes, mostAddresses } = setting;
  const groupPath = groups ? groupPathOf(request, cgroupParent) : undefined;
  const group = groups && groupPath ? acquire(groups, cgroupBase + groupPath, request) : undefined;
  const engine = { groupPath, insecureRegistry, storedCaches: caches.imports };
  const solveOf = (part: BuildRequest) => solvePart(part, checked.get(part)!, engine);
  return {
    instructions: new Map([...checked].map(([{ dockerfile }, { instructions }]) => [dockerfile.path, instructions])),
    solve: {
      ...solveOf(request),
      ...(request.stepMark !== undefined && { stepMark: request.stepMark }),
      ...(fetchesAsItself(request) && { fetchOwner: `${request.push.host}/${request.push.repository}` }),
      inputs: (request.targets ?? []).map(({ name }, index) => {
        const { frontendAttrs, namedInputs } = solveOf(targets[index]!);
        return { key: inputKey({ target: name }), frontendAttrs, inputs: namedInputs };
      }),
    },
    caches,
    progress: new ProgressReader(),
    watch: new StepWatch(group),
    group,
    guard: new LimitGuard(
      group,
      {
        ...request.limits,
        ...(mostFetchBytes !== undefined && { mostFetchBytes }),
        ...(mostAddresses !== undefined && { mostAddresses }),
      },
      request.noteWritten,
    ),
    pace: new OutputPace(group),
    writes: new WritePace(group),
    mostRecordBytes: setting.mostRecordBytes ?? usualRecordBytes,
  };
}

/** Of all parts of a request; what one of them takes of the engine's memory is missing to the next. */
function checkedDockerfiles(
  request: BuildRequest,
  targets: readonly BuildRequest[],
): ReadonlyMap<BuildRequest, CheckedDockerfile> {
  const checked = new Map<BuildRequest, CheckedDockerfile>();
  const byTarget = new Map<string, CheckedDockerfile>();
  let before: CheckedDockerfile | undefined;
  for (const [index, part] of [...targets, request].entries()) {
    const { dockerfile, onlyImages, buildArgs, namedContexts = [] } = part;
    const from = namedContexts.flatMap((context) =>
      context.kind === 'target' ? (byTarget.get(context.target) ?? []) : [],
    );
    before = checkDockerfile(dockerfile.path, dockerfile.content, { onlyImages, buildArgs, before, from });
    refuseShadowedStages(part, before);
    checked.set(part, before);
    const name = request.targets?.[index]?.name;
    if (name !== undefined) byTarget.set(name, before);
  }
  return checked;
}

/** By the names under which BuildKit asks for them: `GIT_AUTH_TOKEN`, `HTTP_AUTH_HEADER_example.org` and so on. */
function fetchesAsItself({ secrets }: BuildRequest): boolean {
  return [...secrets.keys()].some((name) => /^(GIT|HTTP)_AUTH_/.test(name));
}

function solvePart(part: BuildRequest, checked: CheckedDockerfile, engine: EngineSide): DockerfileSolve {
  const named = (part.namedContexts ?? []).flatMap((context) => (context.kind === 'target' ? [inputKey(context)] : []));
  return { frontendAttrs: frontendOf(part, checked, engine), namedInputs: [...new Set(named)] };
}

/** Notes what limits need to know of an event, and passes it on; that a cache could not be read is said as such too. */
export function watched(run: PreparedRun, emit: (event: EngineEvent) => void | Promise<void>) {
  return (event: EngineEvent) => {
    run.watch.note(event);
    run.guard.note(event);
    return isFailedImport(event) ? tellBoth(event, emit) : run.pace.take(event, emit);
  };
}

function isFailedImport(event: EngineEvent): boolean {
  return event.type === 'step' && event.step.error !== null && isCacheImport(event.step);
}

async function tellBoth(event: EngineEvent, emit: (event: EngineEvent) => void | Promise<void>): Promise<void> {
  await emit(event);
  await emit({ type: 'cache', name: null, missing: true });
}

/** The catalogue's word for what ended a run. */
export function failureOf(run: PreparedRun, error: unknown): BuildFailure {
  return buildFailureOf(error, {
    progress: run.progress,
    instructions: run.instructions,
    limitMet: (stepId, exitCode) => run.watch.limitMet(stepId, exitCode),
  });
}

/** Watches and slows the steps no longer. */
export function letGo({ guard, pace, writes }: PreparedRun): void {
  guard.stop();
  pace.stop();
  writes.stop();
}

/** Gives the group back. An engine that was lost leaves its processes behind: they are killed, and waited for. */
export async function endRun(run: PreparedRun, engineLost: boolean): Promise<void> {
  letGo(run);
  await run.group?.release({ kill: engineLost });
}

function acquire(groups: StepGroups, path: string, { limits }: BuildRequest): GroupLease {
  try {
    return groups.acquire(path, limits);
  } catch (error) {
    throw new BuildFailure('EngineUnavailable', 'The limits of the build cannot be enforced here.', { cause: error });
  }
}

function stopped(signal: AbortSignal): BuildFailure {
  if (signal.reason instanceof BuildFailure) return signal.reason;
  return new BuildFailure('EngineUnavailable', 'The build was stopped before it began.');
}
