import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Ended {
  readonly code: number | null;
  /** The end of what it wrote. */
  readonly errors: string;
}

const keptBytes = 64 * 1024;
const graceMs = 3_000;

/** A program of buildah that runs, with all that it started in a process group of its own. */
export class Tool {
  private readonly child: ChildProcess;
  private errors = '';
  /** Resolves when it is gone; never rejects. */
  readonly ended: Promise<Ended>;

  constructor({ program, args, env, cwd }: Command) {
    this.child = spawn(program, args, { env, cwd, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.errors = (this.errors + text).slice(-keptBytes);
    });
    const closed = once(this.child, 'close').then(
      () => this.child.exitCode,
      (error: Error) => {
        this.errors += `Error: ${error.message}`;
        return null;
      },
    );
    this.ended = closed.then((code) => ({ code, errors: this.errors }));
  }

  /** Calls `take` for each line that it prints, one at a time; meanwhile it waits. @throws what `take` throws */
  async eachLine(take: (line: string) => Promise<void>): Promise<void> {
    const lines = createInterface({ input: this.child.stdout!, crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) await take(line);
  }

  /** Asks it to end, which stops its step and takes away what it made; kills it when it does not. */
  async stop(): Promise<void> {
    this.signal('SIGTERM');
    const late = setTimeout(() => this.signal('SIGKILL'), graceMs);
    // Nobody may read its output any more; it must not wait for that.
    this.child.stdout!.resume();
    await this.ended;
    clearTimeout(late);
    this.signalGroup('SIGKILL');
  }

  private signal(name: NodeJS.Signals): void {
    if (name === 'SIGKILL') this.signalGroup(name);
    else this.child.kill(name);
  }

  private signalGroup(name: NodeJS.Signals): void {
    if (this.child.pid === undefined) return;
    try {
      process.kill(-this.child.pid, name);
    } catch {
      // All of them have ended.
    }
  }
}

/** Runs a short command to its end. */
export async function output(command: Command): Promise<Ended & { readonly text: string }> {
  const tool = new Tool(command);
  const lines: string[] = [];
  await tool.eachLine(async (line) => void lines.push(line));
  return { ...(await tool.ended), text: lines.join('\n') };
}
