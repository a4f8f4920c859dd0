import { createHash } from 'node:crypto';

/** The reference under which the engine knows an attempt's Solve: hex, and the same after a restart. */
export function engineReference(attemptId: string): string {
  return createHash('sha256').update(`attempt:${attemptId}`).digest('hex').slice(0, 32);
}
