import { BuildFailure } from '@cooperage/domain';
import type { GroupLease, Refusals } from '../cgroup/step-groups.js';

const paceMs = 250;
/** Refused processes between two looks. A step that waits before it tries again, as a shell does, comes nowhere near. */
const manyRefused = 200;
/** So many such looks in a row: a second. */
const looks = 4;
/** Processes killed for memory. A step that has lost so many starts what cannot fit again and again. */
const manyKilled = 5;

/**
 * Ends a build whose steps meet a limit again and again and do not give up: a bomb of forks, a hog that is started anew each
 * time it is killed. Both stay within their limits for ever, and most of their work is the kernel's, which it does for them at
 * the cost of everybody else (S-041).
 */
export class RefusalWatch {
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private last: Refusals;
  private readonly first: Refusals;
  private looksWithMany = 0;
  private killed = 0;

  constructor(private readonly group: Pick<GroupLease, 'refusals'> | undefined) {
    this.last = group?.refusals() ?? { memory: 0, processes: 0, killed: 0 };
    this.first = this.last;
    if (group) this.timer = setInterval(() => this.look(), paceMs).unref();
  }

  /** Aborts with a `BuildFailure`, `StepProcessLimit` or `StepOutOfMemory`. */
  get signal(): AbortSignal {
    return this.stopping.signal;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private look(): void {
    const now = this.group!.refusals();
    this.looksWithMany = now.processes - this.last.processes >= manyRefused ? this.looksWithMany + 1 : 0;
    // The count may be one of steps that are running, and fall when one ends.
    this.killed += Math.max(0, now.killed - this.last.killed);
    this.last = now;
    // Each process that a limit cost met one. Others were killed because the machine had no memory left.
    const killed = Math.min(this.killed, (now.limits ?? Infinity) - (this.first.limits ?? 0));
    if (this.looksWithMany >= looks) this.end('StepProcessLimit', tooManyProcesses);
    else if (killed >= manyKilled) this.end('StepOutOfMemory', tooMuchMemory);
  }

  private end(code: 'StepProcessLimit' | 'StepOutOfMemory', message: string): void {
    this.stop();
    this.stopping.abort(new BuildFailure(code, message));
  }
}

const tooManyProcesses =
  'The steps of the build had as many processes as they are allowed and went on starting more, hundreds in a second.';
const tooMuchMemory = `${manyKilled} processes of the build were killed because they used more memory than allowed.`;
