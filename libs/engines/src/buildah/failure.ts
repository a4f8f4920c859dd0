import { constants } from 'node:os';
import { BuildFailure, type FailureCode, type FailurePlace } from '@cooperage/domain';
import { registryAnswer } from '../buildkit/registry-messages.js';
import type { MetLimit } from '../limits/step-watch.js';
import type { ProgressReader } from './progress.js';
import type { GatePass } from './registry-gate.js';
import type { Ended } from './tool.js';

/** What is known around a failure. */
export interface FailureScene {
  readonly file: string;
  readonly pass: GatePass;
  readonly progress: ProgressReader;
  /** The limit that ended this step, if one did. */
  limitMet(stepId: string | null, exitCode: number | null): MetLimit | null;
}

const noSpace = /no space left on device|disk quota exceeded/;

type Fail = (code: FailureCode, message: string) => BuildFailure;

/** The last words of buildah: what steps print is not among them. */
function lastWords(errors: string): string {
  return errors
    .slice(errors.lastIndexOf('Error: '))
    .replace(/^Error: /, '')
    .trim();
}

/** Finds the catalogue's code for what ended `buildah build`. */
export function buildFailure({ code, errors }: Ended, scene: FailureScene): BuildFailure {
  const words = lastWords(errors);
  const message = words.replace(/^(?:building|.*?) at STEP "[\s\S]*?": /, '');
  const exitCode = exitCodeOf(message, errors);
  const { running } = scene.progress;
  const place = placeOf(scene, exitCode);
  const fail: Fail = (failureCode, text) =>
    new BuildFailure(failureCode, text, {
      ...(place && { place }),
      cause: new Error(`buildah ended with ${code}: ${words}`),
    });
  if (exitCode !== null) return exited(exitCode, running?.state.id ?? null, scene, fail);
  if (noSpace.test(words)) return fail('DiskFull', 'The builder has no space left.');
  if (/^The target .* was not found/.test(words)) return fail('InvalidBuildConfig', sentence(words));
  if (running?.base) return baseImage(running.base, words, scene.pass, fail);
  if (/^Build error: Unknown instruction/.test(message) || !running) return beforeSteps(message, fail);
  const source = /checking on sources under "[^"]*": copier: stat: ("[^"]*"): no such file/.exec(message)?.[1];
  if (source) return fail('StepFailed', `${source} is not in the build context.`);
  const cause = message.slice(message.lastIndexOf('}: ') + 1).replace(/^: /, '');
  return fail('StepFailed', sentence(cause));
}

/** As a shell counts: a process that was killed has 128 and the signal's number. buildah says 1, and the signal beside it. */
function exitCodeOf(message: string, errors: string): number | null {
  const exit = /^while running runtime: exit status (\d+)$/.exec(message)?.[1];
  if (exit === undefined) return null;
  const signal = /^container exited on (.+)$/m.exec(errors)?.[1];
  return signal === undefined ? Number(exit) : 128 + (signals[signal] ?? constants.signals.SIGKILL);
}

/** In the words of Go's `syscall.Signal`. */
const signals: Readonly<Record<string, number>> = {
  aborted: constants.signals.SIGABRT,
  killed: constants.signals.SIGKILL,
  'segmentation fault': constants.signals.SIGSEGV,
  terminated: constants.signals.SIGTERM,
};

function exited(exitCode: number, stepId: string | null, scene: FailureScene, fail: Fail): BuildFailure {
  const limit = scene.limitMet(stepId, exitCode);
  if (limit) return fail(limit.code, limit.message);
  return fail('StepFailed', `The step ended with exit code ${exitCode}. Steps have no network on this engine.`);
}

function beforeSteps(message: string, fail: Fail): BuildFailure {
  const unknown = /^Build error: Unknown instruction: "([^"]*)"/.exec(message)?.[1];
  if (unknown !== undefined) return fail('DockerfileInvalid', `Unknown instruction: ${unknown}.`);
  if (/dockerfile|parse|syntax|no build stage|no FROM/i.test(message))
    return fail('DockerfileInvalid', sentence(message));
  return fail('EngineUnavailable', sentence(message) || 'The builder met an unexpected error.');
}

/** Finds the code for an image that did not come. */
export function pullFailure({ code, errors }: Ended, image: string, pass: GatePass, place: FailurePlace): BuildFailure {
  const words = lastWords(errors);
  const cause = new Error(`buildah ended with ${code}: ${words}`);
  return baseImage(image, words, pass, (failureCode, text) => new BuildFailure(failureCode, text, { place, cause }));
}

function baseImage(image: string, words: string, pass: GatePass, fail: Fail): BuildFailure {
  if (noSpace.test(words)) return fail('DiskFull', 'The builder has no space left.');
  if (/is rejected by policy/.test(words)) return fail('PolicyRefused', `The base image ${image} may not be used.`);
  const status = pass.lastRefusal?.isWrite === false ? pass.lastRefusal.status : null;
  const answer = status === null ? (registryAnswer(words) ?? wordsOfAnswer(words)) : ofStatus(status);
  if (answer === 'denied')
    return fail('RegistryAccessDenied', `The registry refuses access to the base image ${image}.`);
  if (answer === 'missing') return fail('StepFailed', `The base image ${image} does not exist.`);
  if (answer === 'unavailable')
    return fail('RegistryUnavailable', `The registry of the base image ${image} cannot be reached.`);
  return fail('StepFailed', `The base image ${image} cannot be used: ${sentence(words)}`);
}

/** containers/image says it in other words than containerd. */
function wordsOfAnswer(words: string): 'denied' | 'missing' | null {
  if (/manifest unknown|name unknown/.test(words)) return 'missing';
  return /authentication required|requested access to the resource is denied/.test(words) ? 'denied' : null;
}

/** Finds the code for a push that did not succeed: the gate has seen what the registry answered. */
export function pushFailure({ errors }: Ended, { lastRefusal }: GatePass): BuildFailure {
  const cause = new Error(lastWords(errors));
  const answer = lastRefusal && ofStatus(lastRefusal.status);
  if (answer === 'denied')
    return new BuildFailure('RegistryAccessDenied', 'The registry refused the credentials of the push.', { cause });
  if (answer === 'unavailable')
    return new BuildFailure('RegistryUnavailable', 'The registry could not be reached for the push.', { cause });
  if (answer)
    return new BuildFailure(
      'PushRejected',
      `The registry did not take the image: it answered ${lastRefusal!.status}.`,
      {
        cause,
      },
    );
  return new BuildFailure('EngineUnavailable', 'The builder could not push the image.', { cause });
}

function ofStatus(status: number): 'denied' | 'missing' | 'unavailable' | 'rejected' {
  if (status === 401 || status === 403) return 'denied';
  if (status === 404) return 'missing';
  return status < 400 || status === 408 || status === 429 || status >= 500 ? 'unavailable' : 'rejected';
}

function placeOf({ progress, file }: FailureScene, exitCode: number | null): FailurePlace | undefined {
  const { running } = progress;
  if (!running) return undefined;
  const { state, lines } = running;
  return {
    ...(lines && { file, line: lines.startLine, endLine: lines.endLine }),
    ...{ step: state.name, stepId: state.id },
    ...(exitCode !== null && { exitCode }),
  };
}

const maxMessageLength = 500;

/** One line that starts with a capital and ends with a full stop. */
function sentence(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().slice(0, maxMessageLength);
  return line === '' ? '' : line[0]!.toUpperCase() + line.slice(1) + (/[.!?]$/.test(line) ? '' : '.');
}
