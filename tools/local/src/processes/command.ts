import { spawn } from 'node:child_process';
import path from 'node:path';

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly input?: string;
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Leaves the processors to whoever else wants them. */
  readonly inBackground?: boolean;
}

export interface CommandResult {
  /** -1 when it could not be started, or was ended by a signal. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';
  readonly result: CommandResult;

  constructor(program: string, parameters: readonly string[], result: CommandResult) {
    const said = (result.stderr.trim() || result.stdout.trim()).split('\n').slice(-8).join('\n');
    super(`${path.basename(program)} ${parameters.slice(0, 4).join(' ')} failed (exit code ${result.code}): ${said}`);
    this.result = result;
  }
}

/** Runs a program to its end. @throws {CommandFailed} when it ends with another code than 0. */
export async function run(
  program: string,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const result = await attempt(program, parameters, options);
  if (result.code !== 0) throw new CommandFailed(program, parameters, result);
  return result;
}

/** Runs a program to its end and returns its code, whatever it is; -1 when it could not be started or was killed. */
export function attempt(
  program: string,
  parameters: readonly string[],
  options: CommandOptions = {},
): Promise<CommandResult> {
  const words = options.inBackground ? ['-n', '19', program, ...parameters] : parameters;
  const child = spawn(options.inBackground ? 'nice' : program, words, {
    cwd: options.cwd,
    env: options.env,
    timeout: options.timeoutMs,
    signal: options.signal,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  // A program that ends before it has read all of its input is judged by its exit code, not by the broken pipe.
  child.stdin?.on('error', () => {});
  child.stdin?.end(options.input);
  return new Promise((resolve) => {
    const finish = (code: number, problem = '') =>
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() + problem });
    child.once('error', (error) => finish(-1, error.message));
    child.once('close', (code) => finish(code ?? -1));
  });
}
