import type { Step } from '@cooperage/contracts';
import type { Segment } from './phase-bar';
import { failingOrdinal } from './step-groups';

/** Where on the page the outcome stands: the phases of control print no log of their own. */
export const outcomeId = 'outcome';

/** Ordinal of the step with which a phase begins in the log, or `outcome`, or null where there is nothing to go to. */
export function phaseAnchor(name: Segment['name'], steps: readonly Step[]): number | 'outcome' | null {
  if (name === 'queued') return null;
  const begun = steps.filter((step) => step.startedAt !== null);
  if (name === 'fetch') return begun.find((step) => step.internal && /load|context/i.test(step.name))?.ordinal ?? null;
  if (name === 'push') return begun.find((step) => step.internal && /export|push/i.test(step.name))?.ordinal ?? null;
  if (name === 'build') return failingOrdinal(begun, null) ?? begun.find((step) => !step.internal)?.ordinal ?? null;
  return 'outcome';
}
