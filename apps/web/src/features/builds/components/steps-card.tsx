import type { Step, StepCache } from '@cooperage/contracts';
import { isBaseStep } from '@cooperage/domain/predicates';
import { Card } from '@/components/ui/card';
import { formatDuration } from '@/lib/format/duration';
import { visibleText } from '@/lib/format/names';
import { shownOf } from '../model/shown-steps';
import { groupSteps, longestMs, type StepGroup, type StepState, stepMs, stepState } from '../model/step-groups';
import { StepKeys } from './step-keys';
import { StepRow } from './step-row';
import { StepsLeft } from './steps-left';

export interface StepsCardProps {
  readonly steps: readonly Step[];
  /** By the ordinal of their step. */
  readonly caches: ReadonlyMap<number, StepCache>;
  readonly buildIsOver: boolean;
  readonly failingOrdinal: number | null;
  /** Where a click on a step goes. */
  readonly hrefOf: (step: Step) => string;
}

/** What one looks for among very many steps. */
const matters: ReadonlySet<StepState> = new Set(['failed', 'stopped', 'running']);
const treeId = 'step-tree';

/** The builder's graph as a tree: stage, then step, each with its time against the usual one and whether it was reused. */
export function StepsCard({ steps, caches, buildIsOver, failingOrdinal, hrefOf }: StepsCardProps) {
  const { own, internal } = groupSteps(steps);
  const longest = longestMs(steps);
  const count = own.reduce((sum, group) => sum + group.steps.length, 0);
  const reused = steps.filter((step) => !step.internal && stepState(step, buildIsOver) === 'reused').length;
  const { shown, left } = shownOf(
    [...own.flatMap((group) => group.steps), ...internal],
    (step) => step.ordinal === failingOrdinal || matters.has(stepState(step, buildIsOver)),
  );
  const stages = own.filter((group) => group.steps.some((step) => shown.has(step)));
  const rows = (members: readonly Step[]) =>
    members
      .filter((step) => shown.has(step))
      .map((step) => (
        <StepRow
          key={step.ordinal}
          step={step}
          cache={caches.get(step.ordinal)}
          state={stepState(step, buildIsOver)}
          longestMs={longest}
          failing={step.ordinal === failingOrdinal}
          href={hrefOf(step)}
        />
      ));
  const aside = count > 0 && (
    <>
      <span className="tabular-nums">{`${count} · ${reused} reused`}</span>
      <StepKeys tree={treeId} />
    </>
  );
  return (
    <Card title="Steps" aside={aside}>
      {count === 0 && internal.length === 0 && (
        <p className="px-3 py-3 text-text-2">
          {buildIsOver ? 'No step was reached.' : 'The builder has not named its steps yet.'}
        </p>
      )}
      <div id={treeId} className="lg:max-h-[70vh] lg:overflow-y-auto">
        {stages.map((group) => (
          <Stage key={group.title} group={group} open>
            {rows(group.steps)}
          </Stage>
        ))}
        {internal.some((step) => shown.has(step)) && (
          <Stage group={{ title: 'The builder’s own', steps: internal }}>{rows(internal)}</Stage>
        )}
        <StepsLeft left={left} />
      </div>
    </Card>
  );
}

interface StageProps {
  readonly group: StepGroup;
  readonly open?: boolean;
  readonly children: React.ReactNode;
}

function Stage({ group, open, children }: StageProps) {
  const ms = group.steps.reduce(
    (sum, step) => sum + (step.cached || isBaseStep(step.name) ? 0 : (stepMs(step) ?? 0)),
    0,
  );
  return (
    <details open={open} className="group border-b border-line last:border-b-0">
      <summary
        data-row
        className="flex min-h-7 cursor-pointer list-none items-center justify-between gap-2 bg-sunken px-3 py-1 text-xs text-text-2 focus-visible:outline-offset-[-2px]"
      >
        <span className="min-w-0 truncate">
          <span aria-hidden className="mr-1.5 inline-block text-text-3 transition-transform group-open:rotate-90">
            ›
          </span>
          {visibleText(group.title)}
        </span>
        <span className="whitespace-nowrap text-text-3 tabular-nums">
          {group.steps.length} {group.steps.length === 1 ? 'step' : 'steps'}
          {ms > 0 && ` · ${formatDuration(ms)}`}
        </span>
      </summary>
      <ul aria-label={visibleText(group.title)} className="border-t border-line">
        {children}
      </ul>
    </details>
  );
}
