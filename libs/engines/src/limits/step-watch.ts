import type { GroupLease } from '../cgroup/step-groups.js';
import type { EngineEvent } from '../engine.js';

/** Remembers how often memory had been refused when each step began, so that an earlier step's trouble is not this one's. */
export class StepWatch {
  private readonly hitsAtStart = new Map<string, number>();

  constructor(private readonly group: GroupLease | undefined) {}

  note(event: EngineEvent): void {
    if (!this.group || event.type !== 'step') return;
    const { id, startedAt, completedAt } = event.step;
    if (startedAt && !completedAt && !this.hitsAtStart.has(id)) this.hitsAtStart.set(id, this.group.memoryHits());
  }

  ranOutOfMemory(stepId: string | null, exitCode: number | null): boolean {
    if (!this.group || stepId === null) return false;
    return this.group.ranOutOfMemory(this.hitsAtStart.get(stepId) ?? 0, exitCode);
  }
}
