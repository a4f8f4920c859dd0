import type { EngineEvent, StepState } from '../engine.js';

type Warning = Extract<EngineEvent, { type: 'warning' }>;

/** Everything an engine said of one build. */
export class EventRecord {
  readonly events: EngineEvent[] = [];

  readonly emit = (event: EngineEvent): void => {
    this.events.push(event);
  };

  /** Last known state of each step, by order of announcement. */
  steps(): StepState[] {
    const byId = new Map<string, StepState>();
    for (const event of this.events) if (event.type === 'step') byId.set(event.step.id, event.step);
    return [...byId.values()].sort((a, b) => a.ordinal - b.ordinal);
  }

  step(part: string): StepState | undefined {
    return this.steps().find((step) => step.name.includes(part));
  }

  /** Names of the instructions that ran, base images and bookkeeping left out. */
  ran(): string[] {
    return this.steps().flatMap((step) => (step.internal || step.isBase || step.cached ? [] : [step.name]));
  }

  output(stepPart?: string): string {
    const id = stepPart === undefined ? undefined : this.step(stepPart)?.id;
    const parts = this.events.flatMap((event) =>
      event.type === 'log' && (stepPart === undefined || event.stepId === id) ? [event.data] : [],
    );
    return Buffer.concat(parts).toString();
  }

  /** Each cache that was said to be read, null for none. */
  cachesRead(): (string | null)[] {
    return this.events.flatMap((event) => (event.type === 'cache' ? [event.name] : []));
  }

  warnings(): Warning[] {
    return this.events.filter((event): event is Warning => event.type === 'warning');
  }
}
