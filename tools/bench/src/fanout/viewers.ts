import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { demand } from '../measure/inexact.js';
import type { ViewersOrder, ViewersReport } from './messages.js';

const lookEveryMs = 50;

/** Many viewers of one log, in a process of their own. */
export class Viewers {
  private constructor(private readonly child: ChildProcess) {}

  static async connect(order: ViewersOrder): Promise<Viewers> {
    const child = fork(new URL('./viewers.process.js', import.meta.url));
    child.send(order);
    await once(child, 'message');
    return new Viewers(child);
  }

  /** Resolves when each of them has all lines, in order. @throws {Inexact} when that takes longer than `withinMs` */
  async have(lines: number, withinMs: number): Promise<void> {
    const until = performance.now() + withinMs;
    for (;;) {
      this.child.send('count');
      const [report] = (await once(this.child, 'message')) as [ViewersReport & { kind: 'counts' }];
      demand(report.inOrder, 'a viewer got lines out of order');
      if (report.lines.every((count) => count === lines)) return;
      demand(performance.now() < until, `viewers have ${Math.min(...report.lines)} of ${lines} lines at the end`);
      await delay(lookEveryMs);
    }
  }

  close(): void {
    this.child.disconnect();
  }
}
