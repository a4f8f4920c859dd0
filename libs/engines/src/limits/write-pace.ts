import type { GroupLease } from '../cgroup/step-groups.js';
import { Share } from './share.js';

const lookMs = 50;
const mebibyte = 1_048_576;
const share = { freeBytes: 256 * mebibyte, bytesPerSecond: 100 * mebibyte };

/**
 * Holds a build back that brings more than its share to the disk while others run. Whoever else waits for the disk on the same
 * file system, a database that commits for example, waits for all of it: a file system has one journal. So the kernel's own limit
 * for a group's writes does not help, since it slows down what others wait for; a step that does not run writes nothing (S-041).
 */
export class WritePace {
  private readonly share = new Share(share);
  private readonly timer: NodeJS.Timeout | undefined;
  private last = 0;
  private held = false;

  constructor(private readonly group: Pick<GroupLease, 'hold' | 'hasNeighbours' | 'writtenBytes'> | undefined) {
    if (!group) return;
    this.last = group.writtenBytes();
    this.timer = setInterval(() => this.look(group), lookMs).unref();
  }

  /** Lets the build go for good: whoever is killed has to have the time to die. */
  stop(): void {
    clearInterval(this.timer);
    this.hold(false);
  }

  private look(group: Pick<GroupLease, 'hasNeighbours' | 'writtenBytes'>): void {
    const now = Date.now();
    const written = group.writtenBytes();
    // What a step has written is forgotten with its group.
    this.share.take(Math.max(0, written - this.last), now);
    this.last = written;
    this.hold(this.share.isSpent(now, group.hasNeighbours()));
  }

  private hold(wanted: boolean): void {
    if (this.held === wanted) return;
    this.held = wanted;
    this.group?.hold('writes', wanted);
  }
}
