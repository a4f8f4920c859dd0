import { ConnectionLost, RpcError, rpcCode, SolveFailure, sessionFaultMessage } from '@cooperage/buildkit';
import {
  BuildFailure,
  bytesToText,
  type FailureCode,
  type FailurePlace,
  type Instruction,
  lostBeforeSteps,
  lostInOwnWork,
} from '@cooperage/domain';
import type { MetLimit } from '../limits/step-watch.js';
import type { OwnWork } from './own-work.js';
import type { ProgressReader } from './progress.js';
import { registryAnswer } from './registry-messages.js';

/** What is known around a failure. */
export interface FailureScene {
  readonly progress: ProgressReader;
  /** By the path of the Dockerfile. */
  readonly instructions: ReadonlyMap<string, readonly Instruction[]>;
  /** The limit that ended this step, if one did. */
  limitMet(stepId: string | null, exitCode: number | null): MetLimit | null;
}

/** Finds the catalogue's code for what ended a Solve: typed details first, gRPC codes next, known messages last. */
export function buildFailureOf(error: unknown, scene: FailureScene): BuildFailure {
  if (error instanceof BuildFailure) return error;
  if (error instanceof SolveFailure) return solveFailure(error, scene);
  if (error instanceof ConnectionLost) return lost(error, scene);
  if (error instanceof RpcError && error.code === rpcCode.canceled)
    return new BuildFailure('EngineUnavailable', 'The build was stopped.', { cause: error });
  return new BuildFailure('EngineUnavailable', 'The builder met an unexpected error.', { cause: error });
}

function lost(cause: ConnectionLost, { progress }: FailureScene): BuildFailure {
  const work = progress.ownWork();
  const place = work?.doing === undefined ? undefined : { step: work.doing };
  return new BuildFailure('EngineUnavailable', lossMessage(work), { place, cause });
}

function lossMessage(work: OwnWork | null): string {
  if (!work) return 'The connection to the builder was lost.';
  return work.beforeSteps ? lostBeforeSteps : lostInOwnWork;
}

function solveFailure(error: SolveFailure, scene: FailureScene): BuildFailure {
  const place = placeOf(error, scene);
  const fail = (code: FailureCode, message: string) => new BuildFailure(code, message, { place, cause: error });
  if (error.exitCode !== null) return exited(error, scene, fail);
  if (isTooLargeGraph(error)) return fail('DockerfileInvalid', tooLargeGraph);
  if (isFull(error)) return fail('DiskFull', 'The builder has no space left.');
  const refused = /^(?:failed to load LLB: )?(\S+) is not allowed$/.exec(error.message)?.[1];
  if (refused) return fail('PolicyRefused', `This builder does not allow ${refused}.`);
  const denied = /source "([^"]+)" denied by policy/.exec(error.message)?.[1];
  if (denied) return fail('PolicyRefused', `The source ${denied} may not be fetched.`);
  // What a step digs deeper than a path can lead cannot be archived. The message names all of the path.
  if (/: file name too long$/.test(error.message || scene.progress.pushError() || ''))
    return fail('StepFailed', 'A step made a path that is too long for a layer: it may have 4,096 bytes.');
  // A step's network has no address left while others have them all, in dockerd's words or in those of the network's plugin.
  if (noAddress.test(error.message))
    return fail(
      'EngineUnavailable',
      'The builder ran too many steps at once: it had no network address left for one more.',
    );
  const own = ownAnswer(error, fail);
  if (own) return own;
  if (error.inFrontend) return inFrontend(error, fail);
  if (error.vertex !== null) return inStep(error, scene, fail);
  return inExport(error, scene, fail);
}

/** Between what the step is called and the end, since a Dockerfile may have these words too. */
const noAddress =
  /^(?:[a-z ]+: )*process "(?:[^"\\]|\\.)*" did not complete successfully: (?:.*: )?(?:no available IPv[46] addresses on this network's address pools: \S+ \(\w+\)|failed to allocate for range \d+: no IP addresses available in range set: \S+)$/s;

type Fail = (code: FailureCode, message: string) => BuildFailure;

function exited(error: SolveFailure, scene: FailureScene, fail: Fail): BuildFailure {
  const limit = scene.limitMet(stepOf(error, scene), error.exitCode);
  if (limit) return fail(limit.code, limit.message);
  return fail('StepFailed', `The step ended with exit code ${error.exitCode}.`);
}

/** Our session refused a token, or could not make one: its answer comes back in place of a registry's. */
function ownAnswer(error: SolveFailure, fail: Fail): BuildFailure | null {
  const registry = error.inFrontend || error.vertex !== null ? 'The registry of a base image' : 'The registry';
  if (error.code === rpcCode.permissionDenied)
    return fail('RegistryAccessDenied', `${registry} is not open to this build.`);
  if (!error.message.includes(sessionFaultMessage)) return null;
  return fail('RegistryUnavailable', `${registry} could not be asked: no token could be made for it.`);
}

function inFrontend(error: SolveFailure, fail: Fail): BuildFailure {
  const image = /failed to resolve source metadata for (\S+): /.exec(error.message)?.[1];
  if (image) return baseImage(image, error, fail);
  if (/^target stage .* could not be found$/.test(error.message))
    return fail('InvalidBuildConfig', sentence(error.message));
  if (error.message.includes('invalid nil input definition'))
    return fail('InvalidBuildConfig', 'A target that is named as a context holds nothing: no step of it makes a file.');
  const message = error.message.replace(/^dockerfile parse error on line \d+: /, '');
  return fail('DockerfileInvalid', sentence(message));
}

function baseImage(image: string, error: SolveFailure, fail: Fail): BuildFailure {
  const bytes = /has (\d+) bytes, more than a manifest or configuration may have/.exec(error.message)?.[1];
  if (bytes)
    return fail(
      'FetchLimit',
      `What the base image ${image} says of itself, its manifest or configuration, is too large to be read: ${Number(bytes).toLocaleString('en')} bytes, of 8 MiB at most.`,
    );
  switch (registryAnswer(error.message)) {
    case 'denied':
      return fail('RegistryAccessDenied', `The registry refuses access to the base image ${image}.`);
    case 'unavailable':
      return fail('RegistryUnavailable', `The registry of the base image ${image} cannot be reached.`);
    case 'missing':
      return fail('StepFailed', `The base image ${image} does not exist.`);
    default:
      return fail('StepFailed', `The base image ${image} cannot be used: ${lastPart(error.message)}.`);
  }
}

/** A step that ended without a process: COPY of what is not there, a secret that is missing, layers that do not come. */
function inStep(error: SolveFailure, { progress }: FailureScene, fail: Fail): BuildFailure {
  if (progress.isForeign(error.vertex!))
    return fail('StepFailed', 'A step failed that was done for several builds at once.');
  const source = /failed to calculate checksum of ref \S+: ("[^"]*"): not found$/.exec(error.message)?.[1];
  if (source) return fail('StepFailed', `${source} is not in the build context.`);
  const answer = /failed to (?:copy|fetch|resolve)|httpReadSeeker/.test(error.message)
    ? registryAnswer(error.message)
    : null;
  if (answer === 'denied') return fail('RegistryAccessDenied', 'A registry refused access to a layer of a base image.');
  if (answer === 'unavailable') return fail('RegistryUnavailable', 'A registry could not be reached for a base image.');
  return fail('StepFailed', sentence(error.message.replace(/^failed to (?:load|compute) cache key: /, '')));
}

/** No step and no line: what is left is the push, unless the engine itself is at fault. */
function inExport(error: SolveFailure, { progress }: FailureScene, fail: Fail): BuildFailure {
  const message = error.message || progress.pushError() || '';
  // Where builds of equal content run side by side, the engine may clear what one of them has just made.
  if (/content digest sha256:[0-9a-f]{64}: not found$/.test(message))
    return fail('EngineUnavailable', 'The builder lost a part of the image before it was pushed.');
  const isTransfer = /failed to push|error writing (?:layer blob|manifest|config)|failed to configure registry/.test(
    message,
  );
  if (isTransfer || progress.pushError() !== undefined) {
    const answer = registryAnswer(message);
    if (answer === 'denied') return fail('RegistryAccessDenied', 'The registry refused the credentials of the push.');
    if (answer === 'unavailable') return fail('RegistryUnavailable', 'The registry could not be reached for the push.');
    return fail('PushRejected', `The registry did not take the image: ${lastPart(message)}.`);
  }
  return fail('EngineUnavailable', sentence(message) || 'The builder met an unexpected error.');
}

/** Quoted text is a path or a command of the Dockerfile, which may contain these words itself (R17B-5). */
function isFull({ code, message }: SolveFailure): boolean {
  const own = message.replace(/"(?:[^"\\]|\\.)*"/gs, '""');
  return code === rpcCode.resourceExhausted || /no space left on device|disk quota exceeded/.test(own);
}

const tooLargeGraph =
  'The Dockerfile comes to more than 16 MiB of steps, with the environment in force at each, which is more than the builder takes. Use shorter values, or fewer steps.';

/** The frontend’s answer is one message of the bridge, and so is what goes back to the engine. */
function isTooLargeGraph({ code, message }: SolveFailure): boolean {
  return code === rpcCode.resourceExhausted && /(?:trying to send|received) message larger than max/.test(message);
}

/** The build's own step, where the engine did it together with that of another build. */
function stepOf({ vertex }: SolveFailure, { progress }: FailureScene): string | null {
  return vertex === null ? null : progress.idOf(vertex);
}

function placeOf(error: SolveFailure, scene: FailureScene): FailurePlace | undefined {
  const { progress, instructions } = scene;
  const id = stepOf(error, scene);
  const step = id === null ? undefined : progress.step(id);
  // The engine knows the lines of the definition that it runs, which may be that of another build.
  const lines = (id === null ? null : progress.linesOf(id)) ?? error.lines;
  const { exitCode } = error;
  const written =
    lines &&
    instructions
      .get(lines.file)
      ?.find(({ startLine, endLine }) => startLine <= lines.endLine && endLine >= lines.startLine);
  const name = step?.name ?? (written && bytesToText(written.text).slice(0, 200));
  const place: FailurePlace = {
    ...(lines && { file: lines.file, line: lines.startLine, endLine: lines.endLine }),
    ...(name && { step: name }),
    ...(id !== null && !progress.isForeign(id) && { stepId: id }),
    ...(exitCode !== null && { exitCode }),
  };
  return Object.keys(place).length > 0 ? place : undefined;
}

const maxMessageLength = 500;

/** One line that starts with a capital and ends with a full stop. */
function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().slice(0, maxMessageLength);
  if (line === '') return '';
  return line[0]!.toUpperCase() + line.slice(1) + (/[.!?]$/.test(line) ? '' : '.');
}

function lastPart(message: string): string {
  return message
    .slice(message.lastIndexOf(': ') + 1)
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxMessageLength);
}
