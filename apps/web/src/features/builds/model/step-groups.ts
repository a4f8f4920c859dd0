import type { Step } from '@cooperage/contracts';

export type StepState = 'waiting' | 'running' | 'done' | 'reused' | 'failed' | 'never';

export function stepState(step: Step, buildIsOver: boolean): StepState {
  if (step.error !== null) return 'failed';
  if (step.cached) return 'reused';
  if (step.completedAt !== null) return 'done';
  if (step.startedAt !== null) return buildIsOver ? 'never' : 'running';
  return buildIsOver ? 'never' : 'waiting';
}

export interface StepGroup {
  readonly title: string;
  readonly steps: readonly Step[];
}

/** Steps under their stage and platform, in the order in which each stage was first met; the builder's own come last. */
export function groupSteps(steps: readonly Step[]): { own: StepGroup[]; internal: Step[] } {
  const groups = new Map<string, Step[]>();
  for (const step of steps) {
    if (step.internal) continue;
    const title = [step.stage, step.platform].filter(Boolean).join(' · ') || 'Steps';
    groups.set(title, [...(groups.get(title) ?? []), step]);
  }
  return {
    own: [...groups].map(([title, members]) => ({ title, steps: members })),
    internal: steps.filter((step) => step.internal),
  };
}

/** Time of a step in milliseconds; null when it has none, or not yet. */
export function stepMs(step: Step): number | null {
  if (step.startedAt === null || step.completedAt === null) return null;
  return Math.max(0, Date.parse(step.completedAt) - Date.parse(step.startedAt));
}

/** The longest step, to compare the others with. */
export function longestMs(steps: readonly Step[]): number {
  return steps.reduce((most, step) => Math.max(most, stepMs(step) ?? 0), 0);
}
