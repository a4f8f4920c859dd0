import { createHash } from 'node:crypto';
import type { JobName } from '@cooperage/contracts';

/** Who takes jobs. Builders of one name in different lanes are different workers. */
export interface WorkerAddress {
  readonly lane: string;
  readonly worker: string;
}

/**
 * The queue of one sort of job of one builder. Each has its own, so that a build comes to the worker that was chosen for it, and
 * the export of its cache to the one that has the results. A worker's name is an operator's text, so only its hash is in a name
 * that becomes part of keys in Redis. The pool is in it as well: its builders may reach its own keys alone.
 */
export function workerQueue(job: JobName, { lane, worker }: WorkerAddress): string {
  const hash = createHash('sha256').update(`${lane}\n${worker}`).digest('hex').slice(0, 16);
  return `${job}-${lane}-${hash}`;
}
