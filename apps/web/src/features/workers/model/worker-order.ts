import type { WorkerView } from '@cooperage/contracts';

const states: readonly WorkerView['state'][] = ['lost', 'busy', 'idle', 'ended'];
const roles: readonly WorkerView['role'][] = ['builder', 'control', 'api', 'live'];

/** Builders first, and among them those that need someone. */
export function orderWorkers(workers: readonly WorkerView[]): WorkerView[] {
  return [...workers].sort(
    (a, b) =>
      roles.indexOf(a.role) - roles.indexOf(b.role) ||
      states.indexOf(a.state) - states.indexOf(b.state) ||
      a.name.localeCompare(b.name),
  );
}

/** Why nothing is taken up, when that is so; null when a builder is there. */
export function noBuilderReason(workers: readonly WorkerView[]): string | null {
  const builders = workers.filter((worker) => worker.role === 'builder');
  if (builders.some((worker) => worker.state === 'idle' || worker.state === 'busy')) return null;
  return builders.some((worker) => worker.state === 'lost')
    ? 'All builders are lost. Builds wait until one is heard of again.'
    : 'There is no builder. Builds wait until one is started.';
}
