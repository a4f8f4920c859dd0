import { readdir, readFile } from 'node:fs/promises';
import type { Canary } from './canary.js';

/** Often enough for a step that takes a second, and seldom enough to leave the machine to the build. */
const everyMs = 200;

/** Looks again and again at the arguments and the environment of all processes of this machine. */
export class ProcessWatch {
  readonly hits = new Set<string>();
  readonly seen = new Set<string>();
  private stopped = false;
  private readonly done: Promise<void>;

  constructor(private readonly canaries: readonly Canary[]) {
    this.done = this.run();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.done;
  }

  private async run(): Promise<void> {
    while (!this.stopped) {
      const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
      for (const pid of pids) await this.look(pid);
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  private async look(pid: string): Promise<void> {
    // A process that has ended meanwhile has neither.
    const read = (file: string) => readFile(`/proc/${pid}/${file}`).catch(() => Buffer.alloc(0));
    const [args, environment] = await Promise.all([read('cmdline'), read('environ')]);
    const name = args.toString().replaceAll('\0', ' ').trim();
    if (name) this.seen.add(name);
    for (const { value } of this.canaries) {
      if (args.includes(value)) this.hits.add(`arguments of ${name}`);
      if (environment.includes(value)) this.hits.add(`environment of ${name}`);
    }
  }
}
