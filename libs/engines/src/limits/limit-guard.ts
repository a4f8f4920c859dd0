import type { BuildFailure } from '@cooperage/domain';
import type { WrittenBytes } from '../build-request.js';
import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';
import { DiskWatch } from './disk-watch.js';
import { FetchWatch } from './fetch-watch.js';
import { RefusalWatch } from './refusal-watch.js';

/** What ends a build while it runs, since its steps take more than they may and the kernel alone does not stop them. */
export class LimitGuard {
  private readonly disk: DiskWatch;
  private readonly refusals: RefusalWatch;
  private readonly fetches: FetchWatch;
  /** Aborts with a `BuildFailure`. */
  readonly signal: AbortSignal;

  /** @param limits `mostFetchBytes` of images and `mostAddresses` of ADD are what is usual where they are left out */
  constructor(
    group: GroupLease | undefined,
    limits: { readonly diskBytes?: number; readonly mostFetchBytes?: number; readonly mostAddresses?: number },
    noteWritten?: (bytes: WrittenBytes) => void,
  ) {
    this.disk = new DiskWatch(group, limits.diskBytes, undefined, noteWritten);
    this.refusals = new RefusalWatch(group);
    this.fetches = new FetchWatch(limits.mostFetchBytes, limits.mostAddresses);
    this.signal = AbortSignal.any([this.disk.signal, this.refusals.signal, this.fetches.signal]);
  }

  note(event: EngineEvent): void {
    this.disk.note(event);
    this.fetches.note(event);
  }

  /** What it aborted with. */
  get failure(): BuildFailure | null {
    return this.signal.aborted ? this.signal.reason : null;
  }

  /** Ends nothing and slows nothing any more: a build that is being stopped has to have the time to die. */
  stop(): void {
    this.disk.stop();
    this.refusals.stop();
  }
}
