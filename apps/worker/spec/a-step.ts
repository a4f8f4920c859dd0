import type { StepState } from '@cooperage/engines';

/** A step as an engine tells of it that has not begun yet. */
export function aStep(ordinal: number, change: Partial<StepState> = {}): StepState {
  return {
    ...{ id: `v${ordinal}`, name: 'RUN :', ordinal, stage: null, platform: null, inputs: [], error: null },
    ...{ startedAt: null, completedAt: null, cached: false, internal: false, isBase: false, progressGroup: null },
    ...change,
  };
}
