import type { Readable, Writable } from 'node:stream';
import { limitedStart } from '@cooperage/domain';
import { execa } from 'execa';
import { type GitConfig, gitEnvironment } from './git-environment.js';
import { GitError } from './git-error.js';
import { StderrTail } from './stderr-tail.js';

export interface GitOptions {
  /** Absolute path of git, or a name found through `searchPath`. */
  readonly gitPath: string;
  readonly searchPath: string;
  /** An empty folder that belongs to the service alone. */
  readonly home: string;
  /** The largest single piece of memory that git may ask for. */
  readonly maxAllocationBytes: number;
  /** Address space of each process of git: what it may take in all. */
  readonly maxAddressBytes: number;
}

export interface GitRequest {
  /** Arguments after `git`. A stranger's text stands only behind `--`, or inside a full ref or an address. */
  readonly args: readonly string[];
  readonly gitDir: string;
  /** Folder in which git runs; the home by default. */
  readonly cwd?: string;
  readonly protocol?: string;
  readonly config?: GitConfig;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number;
  readonly onProgress?: (line: string) => void;
  /** Told the process id as soon as the command runs. */
  readonly onStart?: (pid: number) => Promise<void>;
}

export interface GitProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when the process is gone. Its exit code; undefined where a signal ended it, as `kill` does. */
  readonly ended: Promise<number | undefined>;
  /** The last lines of its standard error, see `StderrTail`. Complete once it has ended. */
  readonly lines: () => readonly string[];
  kill(): void;
}

const forceKillAfterMs = 2_000;

/** The only place that starts git. Every command gets the whole fixed environment and a process group of its own. */
export class GitCommand {
  readonly #options: GitOptions;

  constructor(options: GitOptions) {
    this.#options = options;
  }

  /**
   * Runs git to its end and gives its standard output.
   * @throws {GitError} when git fails, takes too long or prints more than `maxOutputBytes`.
   * @throws the signal's reason when it is aborted; the whole process group is gone by then.
   */
  async run(request: GitRequest & { readonly maxOutputBytes?: number }): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    const maxBytes = request.maxOutputBytes ?? 1024 * 1024;
    await this.read(request, (chunk) => {
      size += chunk.length;
      if (size > maxBytes) throw new GitError('output', [`more than ${maxBytes} bytes of output`]);
      chunks.push(chunk);
    });
    return Buffer.concat(chunks);
  }

  /** As `run`, giving the output piece by piece. What `onChunk` throws ends the command and is thrown. */
  async read(request: GitRequest, onChunk: (chunk: Buffer) => void): Promise<void> {
    request.signal?.throwIfAborted();
    const stop = new AbortController();
    const tail = new StderrTail(request.onProgress);
    const signals = request.signal ? [stop.signal, request.signal] : [stop.signal];
    const child = this.#spawn(request, 'ignore', AbortSignal.any(signals));
    child.stderr.on('data', (chunk: Buffer) => tail.push(chunk));
    child.stdout.on('data', (chunk: Buffer) => {
      if (stop.signal.aborted) return;
      try {
        onChunk(chunk);
      } catch (error) {
        stop.abort(error);
      }
    });
    if (child.pid !== undefined) request.onStart?.(child.pid).catch((error: unknown) => stop.abort(error));
    const result = await child;
    if (stop.signal.aborted) throw stop.signal.reason;
    request.signal?.throwIfAborted();
    if (result.failed) throw GitError.of(result, tail.lines());
  }

  /** Starts git for a conversation over its standard input and output. */
  start(request: GitRequest): GitProcess {
    const child = this.#spawn(request, 'pipe', request.signal);
    const tail = new StderrTail();
    child.stderr.on('data', (chunk: Buffer) => tail.push(chunk));
    child.stdin.on('error', () => {});
    return {
      stdin: child.stdin,
      stdout: child.stdout,
      ended: child.then(({ exitCode }) => exitCode),
      lines: () => tail.lines(),
      kill: () => child.kill('SIGKILL'),
    };
  }

  #spawn<Input extends 'pipe' | 'ignore'>(request: GitRequest, stdin: Input, cancelSignal: AbortSignal | undefined) {
    const { gitPath, maxAddressBytes } = this.#options;
    const { file, args } = limitedStart({ addressBytes: maxAddressBytes }, gitPath, request.args);
    return execa(file, args, {
      cwd: request.cwd ?? this.#options.home,
      env: this.#environment(request),
      extendEnv: false,
      stdin,
      buffer: false,
      encoding: 'buffer',
      reject: false,
      killDescendants: true,
      forceKillAfterDelay: forceKillAfterMs,
      ...(cancelSignal && { cancelSignal }),
      ...(request.timeoutMs !== undefined && { timeout: request.timeoutMs }),
    });
  }

  #environment(request: GitRequest): Record<string, string> {
    const { searchPath, home, maxAllocationBytes } = this.#options;
    return gitEnvironment({
      searchPath,
      home,
      gitDir: request.gitDir,
      ...(request.protocol !== undefined && { protocol: request.protocol }),
      ...(request.config && { config: request.config }),
      variables: { GIT_ALLOC_LIMIT: String(maxAllocationBytes), ...request.variables },
    });
  }
}
