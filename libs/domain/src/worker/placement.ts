import { createHash } from 'node:crypto';

/** A builder as placing sees it: its name stands for what its engine holds. */
export interface PlaceableWorker {
  readonly name: string;
  /** Slots that nothing is in or on its way to. */
  readonly free: number;
}

export interface Placement {
  readonly worker: string;
  /** Whether it is the one that holds the project's results, as long as the same workers are there. */
  readonly usual: boolean;
}

/**
 * Chooses a builder by rendezvous hashing (highest random weight): each project ranks all workers in an order of its own, and takes
 * the first with a free slot. So a project comes back to where its results are, projects spread evenly, and a worker that
 * comes or goes moves only the projects for which it is the first.
 * @param not passed over while any other is free: it did not take what it was given
 * @returns null where nothing is free
 */
export function placeBuild(
  projectId: string,
  workers: readonly PlaceableWorker[],
  not?: string | null,
): Placement | null {
  const ranked = workers
    .map((worker) => ({ ...worker, weight: weightOf(projectId, worker.name) }))
    .sort((a, b) => (a.weight < b.weight ? 1 : -1));
  const chosen = ranked.find(({ name, free }) => free > 0 && name !== not);
  return chosen ? { worker: chosen.name, usual: chosen.name === ranked[0]?.name } : null;
}

function weightOf(projectId: string, worker: string): string {
  return createHash('sha256').update(`${projectId}\n${worker}`).digest('hex');
}
