import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  type BuildDefinition,
  BuildFailure,
  isComposePath,
  isDefinitionPath,
  isDefinitionTarget,
  isDefinitionVariable,
  visibleText,
} from '@cooperage/domain';
import { composeForBake } from './compose-file.js';
import { invalid, runLimited, takesTooMuch } from './limited-run.js';

export interface BakeOptions {
  /** Absolute path of docker-buildx. */
  readonly program: string;
  readonly timeoutMs?: number;
}

export interface BakeRequest {
  readonly definition: BuildDefinition;
  readonly content: Uint8Array;
  /** `.env` at the root of the repository, which bake reads beside a compose file. */
  readonly dotEnv?: Uint8Array;
  readonly variables: Readonly<Record<string, string>>;
}

/** Largest definition that is read. */
export const maxDefinitionBytes = 256 * 1024;
/**
 * An expression may ask for any amount of memory. Of the address space the program keeps some 900 MiB to itself, nearly all of it without
 * memory behind it: 896 MiB are too little now and then.
 */
const limits = { addressBytes: 1024 * 1024 * 1024, cpuSeconds: 20 };
/** Each thread keeps address space: that of the runtime's own, and 128 MiB of the C library's. */
const fewThreads = { GOMAXPROCS: '2', MALLOC_ARENA_MAX: '1' };

/**
 * `docker buildx bake --print`: reads a definition and builds nothing. It runs in a folder that holds that file alone, and
 * with an environment that holds the variables alone; it is given no engine, no home and no search path.
 * @returns what it printed, as JSON
 * @throws {BuildFailure} `PolicyRefused`, `ReservedBuildArg`, `InvalidBuildConfig`; or the signal's reason
 */
export async function bakePrint(options: BakeOptions, request: BakeRequest, signal: AbortSignal): Promise<unknown> {
  check(request);
  signal.throwIfAborted();
  return oneAtATime(() => printIn(options, request, signal), signal);
}

let last: Promise<unknown> = Promise.resolve();

/** No control group bounds these programs together: a builder has one at a time (R17B-3). Whoever waits may be stopped. */
function oneAtATime<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    const turn = last.then(() => {
      signal.removeEventListener('abort', stop);
      signal.throwIfAborted();
      return work();
    });
    last = turn.catch(() => undefined);
    turn.then(resolve, reject);
  });
}

async function printIn(options: BakeOptions, request: BakeRequest, signal: AbortSignal): Promise<unknown> {
  const { path } = request.definition;
  const folder = await mkdtemp(join(tmpdir(), 'cooperage-bake-'));
  try {
    await writeFiles(options, folder, request, signal);
    const ended = await run(options, folder, request, signal);
    if (ended.code !== 0) throw refused(path, ended.errors);
    return parsed(path, ended.output);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function check({ definition: { path, target }, content, variables }: BakeRequest): void {
  if (!isDefinitionPath(path)) throw invalid('', 'The path of the definition is not valid.');
  if (!isDefinitionTarget(target)) throw invalid(path, 'The target of the definition is not valid.');
  if (content.byteLength > maxDefinitionBytes)
    throw invalid(path, `The definition has more than ${maxDefinitionBytes} bytes.`);
  for (const [name, value] of Object.entries(variables)) {
    if (!isDefinitionVariable(name))
      throw new BuildFailure(
        'ReservedBuildArg',
        `The build argument ${visibleText(name)} cannot be a variable of a definition: it means something to programs.`,
      );
    if (value.includes('\0')) throw invalid(path, `The value of the variable ${name} is not valid.`);
  }
}

async function writeFiles(
  { timeoutMs }: BakeOptions,
  folder: string,
  { definition: { path }, content, dotEnv }: BakeRequest,
  signal: AbortSignal,
): Promise<void> {
  const at = join(folder, 'files', path);
  await mkdir(dirname(at), { recursive: true });
  await mkdir(join(folder, 'config'));
  if (!isComposePath(path)) return writeFile(at, content);
  await writeFile(at, await composeForBake(path, content, signal, timeoutMs));
  if (dotEnv) await writeFile(join(folder, 'files', '.env'), dotEnv);
}

function run({ program, timeoutMs }: BakeOptions, folder: string, request: BakeRequest, signal: AbortSignal) {
  const { definition, variables } = request;
  const args = ['bake', '--print', '--progress=quiet', `--file=${definition.path}`, definition.target];
  const config = join(folder, 'config');
  // After the variables, so that none of them can stand in the place of ours.
  const env = { ...variables, ...fewThreads, HOME: '/nonexistent', DOCKER_CONFIG: config, BUILDX_CONFIG: config };
  const command = { program, args, limits, env, cwd: join(folder, 'files') };
  return runLimited(command, { path: definition.path, timeoutMs }, signal);
}

/** The tool's own sentence, with the line where it names one. */
function refused(file: string, errors: string): BuildFailure {
  if (/^(?:fatal error|runtime: |panic: )/m.test(errors) || errors === '') return takesTooMuch(file);
  const said = /^ERROR: ([^\n]*)/m.exec(errors)?.[1] ?? errors.trim().split('\n').at(-1)!;
  const line = /^\S+?:(\d{1,9}),\d/.exec(said)?.[1];
  const message = `The definition cannot be read: ${visibleText(said, 500)}`;
  return new BuildFailure('InvalidBuildConfig', message, {
    place: { file, ...(line && { line: Number(line), endLine: Number(line) }) },
  });
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new BuildFailure('InvalidBuildConfig', 'docker-buildx printed no definition.', {
      place: { file },
      cause: error,
    });
  }
}
