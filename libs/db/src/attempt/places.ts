import { type Lane, type Placement, placeBuild } from '@cooperage/domain';
import type { FreeWorker } from '../lease/live-slots.js';

/** The free slots of one moment, given away one by one. */
export class Places {
  private readonly workers: { readonly lane: Lane; readonly name: string; readonly slots: number; free: number }[];

  constructor(workers: readonly FreeWorker[]) {
    this.workers = workers.map((worker) => ({ ...worker, free: Math.max(0, worker.free) }));
  }

  names(): string[] {
    return this.workers.map(({ name }) => name);
  }

  freeIn(lane: Lane): number {
    return this.of(lane).reduce((sum, { free }) => sum + free, 0);
  }

  slotsIn(lane: Lane): number {
    return this.of(lane).reduce((sum, { slots }) => sum + slots, 0);
  }

  /** @param not a worker that did not take it @returns null where the lane has none left */
  take(lane: Lane, projectId: string, not?: string | null): Placement | null {
    const place = placeBuild(projectId, this.of(lane), not);
    const chosen = this.of(lane).find(({ name }) => name === place?.worker);
    if (chosen) chosen.free--;
    return place;
  }

  private of(lane: Lane) {
    return this.workers.filter((worker) => worker.lane === lane);
  }
}
