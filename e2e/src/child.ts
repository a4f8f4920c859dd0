import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

const running = new Set<ChildProcess>();

// Whoever runs the tests may end them at any time; a product that nobody holds any more would go on for ever.
process.once('exit', () => {
  for (const child of running) child.kill('SIGTERM');
});

/** One of the product's processes, started as an operator would start it, its log in a file. */
export class Child {
  private constructor(
    readonly name: string,
    private readonly process: ChildProcess,
    private readonly logFile: string,
  ) {}

  static start(
    name: string,
    script: string,
    args: readonly string[],
    env: Readonly<Record<string, string>>,
    logFolder: string,
  ): Child {
    const logFile = path.join(logFolder, `${name}.log`);
    const child = spawn(process.execPath, ['--enable-source-maps', path.join(root, script), ...args], {
      env: { PATH: process.env.PATH ?? '', HOME: logFolder, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const log = createWriteStream(logFile, { flags: 'a' });
    child.stdout.pipe(log);
    child.stderr.pipe(log);
    return new Child(name, child, logFile);
  }

  get pid(): number {
    return this.process.pid!;
  }

  get hasEnded(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  signal(signal: NodeJS.Signals): void {
    this.process.kill(signal);
  }

  /** Ends in order, by force after a while. */
  async stop(): Promise<void> {
    if (this.hasEnded) return;
    const ended = new Promise((resolve) => this.process.once('exit', resolve));
    this.process.kill('SIGTERM');
    const timer = setTimeout(() => this.process.kill('SIGKILL'), 25_000);
    await ended;
    clearTimeout(timer);
  }

  /** What it wrote, to be shown when a test fails. */
  async log(): Promise<string> {
    return readFile(this.logFile, 'utf8');
  }

  /** Pids of the processes that this one has started: a supervisor's child. */
  async children(): Promise<number[]> {
    const text = await readFile(`/proc/${this.pid}/task/${this.pid}/children`, 'utf8').catch(() => '');
    return text.split(' ').filter(Boolean).map(Number);
  }
}
