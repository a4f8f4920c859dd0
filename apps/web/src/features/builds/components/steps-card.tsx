import type { Step } from '@cooperage/contracts';
import { Card } from '@/components/ui/card';
import { groupSteps, longestMs, stepState } from '../model/step-groups';
import { StepRow } from './step-row';

export interface StepsCardProps {
  readonly steps: readonly Step[];
  readonly buildIsOver: boolean;
  readonly failingOrdinal: number | null;
  readonly logAddress: string | null;
}

/** The builder's graph as a list: stage, then step, each with its time and whether it was reused. */
export function StepsCard({ steps, buildIsOver, failingOrdinal, logAddress }: StepsCardProps) {
  const { own, internal } = groupSteps(steps);
  const longest = longestMs(steps);
  const count = own.reduce((sum, group) => sum + group.steps.length, 0);
  const reused = steps.filter((step) => !step.internal && stepState(step, buildIsOver) === 'reused').length;
  const row = (step: Step) => (
    <StepRow
      key={step.ordinal}
      step={step}
      state={stepState(step, buildIsOver)}
      longestMs={longest}
      failing={step.ordinal === failingOrdinal}
      logAddress={logAddress}
    />
  );
  return (
    <Card title="Steps" aside={count > 0 && <span className="tabular-nums">{`${count} · ${reused} reused`}</span>}>
      {count === 0 && internal.length === 0 && (
        <p className="px-3 py-3 text-text-2">
          {buildIsOver ? 'No step was reached.' : 'The builder has not named its steps yet.'}
        </p>
      )}
      {own.map((group) => (
        <section key={group.title} aria-label={group.title}>
          <h3 className="border-b border-line bg-sunken px-3 py-1.5 text-xs text-text-3">{group.title}</h3>
          <ul>{group.steps.map(row)}</ul>
        </section>
      ))}
      {internal.length > 0 && (
        <details>
          <summary className="bg-sunken px-3 py-1.5 text-xs text-text-3">The builder’s own, {internal.length}</summary>
          <ul>{internal.map(row)}</ul>
        </details>
      )}
    </Card>
  );
}
