import { setTimeout as sleep } from 'node:timers/promises';
import type { ProcessRecord, ProcessRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { identify, isAlive } from '../shared/process-identity.js';

/** A child whose supervisor has ended ends itself; what is stopped or blocked does not. */
const endsByItselfMs = 2_000;
const pollMs = 25;

/**
 * Ends processes of this role that a killed supervisor left on this machine, and notes their death: what they held is given on at
 * once, and two of them never work side by side. One that has a living supervisor is none of ours.
 * @returns how many were noted
 */
export async function endLeftOvers(
  role: 'builder' | 'control',
  processes: Pick<ProcessRepository, 'list' | 'end'>,
  logger: Logger,
): Promise<number> {
  const left = (await processes.list()).filter((record) => record.role === role && isLeftOver(record));
  for (const { id, info } of left) {
    const { pid } = info.process!;
    const wasAlive = isAlive(info.process!);
    await end(info.process!);
    await processes.end(id, 'exited');
    logger.warn(
      { role, instanceId: id, pid, wasAlive },
      'a process was left by a supervisor that is gone; it is ended',
    );
  }
  return left.length;
}

function isLeftOver({ endedAt, info }: ProcessRecord): boolean {
  const { process: own, supervisor } = info;
  if (endedAt !== null || !own || !supervisor || own.place !== identify(process.pid)?.place) return false;
  return !isAlive(supervisor);
}

async function end(left: { readonly pid: number; readonly startedAs: string }): Promise<void> {
  const deadline = performance.now() + endsByItselfMs;
  while (isAlive(left)) {
    if (performance.now() > deadline) process.kill(left.pid, 'SIGKILL');
    await sleep(pollMs);
  }
}
