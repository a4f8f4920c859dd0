import type { BuildFailure } from '@cooperage/domain';
import type { GroupLease } from '../cgroup/step-groups.js';
import { DiskWatch } from './disk-watch.js';
import { RefusalWatch } from './refusal-watch.js';

/** What ends a build while it runs, since its steps take more than they may and the kernel alone does not stop them. */
export class LimitGuard {
  private readonly disk: DiskWatch;
  private readonly refusals: RefusalWatch;
  /** Aborts with a `BuildFailure`. */
  readonly signal: AbortSignal;

  constructor(group: GroupLease | undefined, { diskBytes }: { readonly diskBytes?: number }) {
    this.disk = new DiskWatch(group, diskBytes);
    this.refusals = new RefusalWatch(group);
    this.signal = AbortSignal.any([this.disk.signal, this.refusals.signal]);
  }

  /** What it aborted with. */
  get failure(): BuildFailure | null {
    return this.signal.aborted ? this.signal.reason : null;
  }

  stop(): void {
    this.disk.stop();
    this.refusals.stop();
  }
}
