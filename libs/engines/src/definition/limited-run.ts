import { spawn } from 'node:child_process';
import { BuildFailure, limitedStart, type StartLimits } from '@cooperage/domain';

export interface LimitedCommand {
  /** Absolute path. */
  readonly program: string;
  readonly args: readonly string[];
  readonly limits: StartLimits;
  /** All that its environment holds. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** What it reads; nothing by default. */
  readonly input?: Uint8Array;
}

/** What is read. */
export interface ReadDefinition {
  readonly path: string;
  readonly timeoutMs?: number;
}

export interface Ended {
  /** Null where a signal ended it, or it could not begin. */
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

const maxOutputBytes = 1024 * 1024;

/**
 * A program that reads a stranger's definition: with bounds of memory, time and output, and without an environment.
 * @throws {BuildFailure} `InvalidBuildConfig` for one that takes too long or says too much; or the signal's reason
 */
export async function runLimited(
  command: LimitedCommand,
  { path, timeoutMs = 10_000 }: ReadDefinition,
  signal: AbortSignal,
): Promise<Ended> {
  const ended = await run(command, timeoutMs, signal);
  signal.throwIfAborted();
  if (ended.fault !== null) throw invalid(path, ended.fault);
  return ended;
}

function run(
  { program, args: words, limits, env, cwd, input }: LimitedCommand,
  timeoutMs: number,
  signal: AbortSignal,
) {
  const { file, args } = limitedStart(limits, program, words);
  const stdio = [input ? 'pipe' : 'ignore', 'pipe', 'pipe'] as const;
  const child = spawn(file, args, { cwd, env, detached: true, stdio: [...stdio] });
  return new Promise<Ended & { readonly fault: string | null }>((resolve) => {
    const texts = { output: '', errors: '' };
    const bytes = { output: 0, errors: 0 };
    let fault: string | null = null;
    const stop = (why: string | null) => {
      fault ??= why;
      if (child.pid !== undefined) killGroup(child.pid);
    };
    const read = (name: 'output' | 'errors') => (text: string) => {
      texts[name] += text;
      bytes[name] += Buffer.byteLength(text);
      if (bytes[name] > maxOutputBytes) stop(`What the definition stands for is larger than ${maxOutputBytes} bytes.`);
    };
    child.stdout!.setEncoding('utf8').on('data', read('output'));
    child.stderr!.setEncoding('utf8').on('data', read('errors'));
    // It may end before it has read all.
    child.stdin?.on('error', () => undefined).end(input);
    const late = setTimeout(() => stop(`The definition was not read within ${timeoutMs / 1000} s.`), timeoutMs);
    const aborted = () => stop(null);
    signal.addEventListener('abort', aborted, { once: true });
    const end = (code: number | null) => {
      clearTimeout(late);
      signal.removeEventListener('abort', aborted);
      resolve({ code, ...texts, fault });
    };
    child.on('close', end);
    child.on('error', () => end(null));
  });
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

export function takesTooMuch(file: string): BuildFailure {
  return invalid(file, 'The definition takes more memory or time than it may.');
}

export function invalid(file: string, message: string): BuildFailure {
  return new BuildFailure('InvalidBuildConfig', message, { ...(file && { place: { file } }) });
}
