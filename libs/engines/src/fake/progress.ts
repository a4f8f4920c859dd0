import { createHash } from 'node:crypto';
import type { StepState } from '../engine.js';
import type { FakeStep } from './args.js';

/** The steps of one build of the fake engine. */
export class FakeProgress {
  private readonly states: StepState[];

  constructor(reference: string, steps: readonly FakeStep[]) {
    this.states = steps.map((step, index) => announced(reference, step, index, steps.length));
  }

  get all(): readonly StepState[] {
    return this.states;
  }

  start(index: number): StepState {
    return this.change(index, { startedAt: new Date() });
  }

  complete(index: number, end: { cached?: boolean; error?: string } = {}): StepState {
    return this.change(index, { completedAt: new Date(), cached: end.cached ?? false, error: end.error ?? null });
  }

  private change(index: number, part: Partial<StepState>): StepState {
    const state = { ...this.states[index]!, ...part };
    this.states[index] = state;
    return state;
  }
}

function announced(reference: string, step: FakeStep, index: number, total: number): StepState {
  const isBase = /^from\s/i.test(step.name);
  const id = (at: number) => `sha256:${createHash('sha256').update(`${reference}:${at}`).digest('hex')}`;
  return {
    id: id(index),
    name: `[${index + 1}/${total}] ${step.name}`,
    ordinal: index + 1,
    stage: null,
    platform: null,
    inputs: index === 0 ? [] : [id(index - 1)],
    startedAt: null,
    completedAt: null,
    cached: false,
    error: null,
    internal: false,
    isBase,
    progressGroup: null,
  };
}
