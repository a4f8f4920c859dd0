import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { Interval } from '../measure/intervals.js';
import { type ChildLife, type ChildLivesThread, childLivesCommand, monotonicMs } from './child-lives-thread.js';

/**
 * Sees from outside when a process has children that come and go: the git commands of `control`. A thread looks at the
 * kernel's list, since a process that counted its own children would change what is measured.
 */
export class ChildLives {
  private readonly command = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  private readonly flag = new Int32Array(this.command);
  private readonly thread: Worker;

  constructor(pid: number) {
    const workerData: ChildLivesThread = { pid, command: this.command };
    this.thread = new Worker(new URL('./child-lives.thread.js', import.meta.url), { workerData });
    // Whoever waits for it next learns of its end; nobody waiting is no reason to tear the process down.
    this.thread.on('error', () => {});
  }

  async ready(): Promise<void> {
    await once(this.thread, 'online');
  }

  start(): void {
    this.tell(childLivesCommand.look);
  }

  /** Children that came and went since `start`, on the clock of `performance.now()`. */
  async stop(): Promise<Interval[]> {
    const answered = once(this.thread, 'message');
    this.tell(childLivesCommand.rest);
    const [lives] = (await answered) as [ChildLife[]];
    const origin = monotonicMs() - performance.now();
    return lives.map(({ fromMs, toMs }) => ({ fromMs: fromMs - origin, toMs: toMs - origin }));
  }

  async close(): Promise<void> {
    this.tell(childLivesCommand.end);
    await this.thread.terminate();
  }

  private tell(command: number): void {
    Atomics.store(this.flag, 0, command);
    Atomics.notify(this.flag, 0);
  }
}
