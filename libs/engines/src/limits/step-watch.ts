import type { FailureCode } from '@cooperage/domain';
import type { GroupLease, Refusals } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';

/** A limit that a step met, in the catalogue's words. */
export interface MetLimit {
  readonly code: FailureCode;
  readonly message: string;
}

const outOfMemory: MetLimit = {
  code: 'StepOutOfMemory',
  message: 'A process of the step was killed because it used more memory than allowed.',
};
const outOfProcesses: MetLimit = {
  code: 'StepProcessLimit',
  message: 'The step failed when it had as many processes as it is allowed.',
};
const lostToMachine: MetLimit = {
  code: 'EngineUnavailable',
  message: 'The machine of the builder had no memory left, and a process of the step was killed for it.',
};
const none: Refusals = { memory: 0, processes: 0, killed: 0 };

/** Remembers what had been refused when each step began, so that an earlier step's trouble is not this one's. */
export class StepWatch {
  private readonly atStart = new Map<string, Refusals>();

  constructor(private readonly group: GroupLease | undefined) {}

  note(event: EngineEvent): void {
    if (!this.group || event.type !== 'step') return;
    const { id, startedAt, completedAt } = event.step;
    if (startedAt && !completedAt && !this.atStart.has(id)) this.atStart.set(id, this.group.refusals());
  }

  /** The limit that made a step end with `exitCode`, when the kernel knows of one. */
  limitMet(stepId: string | null, exitCode: number | null): MetLimit | null {
    if (!this.group || stepId === null) return null;
    const before = this.atStart.get(stepId) ?? none;
    if (this.group.lostToMachine(before)) return lostToMachine;
    if (this.group.ranOutOfMemory(before, exitCode)) return outOfMemory;
    return this.group.ranOutOfProcesses(before) ? outOfProcesses : null;
  }
}
