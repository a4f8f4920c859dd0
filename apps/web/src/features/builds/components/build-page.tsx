import type { Build, BuildCache, BuildRelations, Step } from '@cooperage/contracts';
import { isFinal } from '@cooperage/domain/predicates';
import { Suspense } from 'react';
import { Card } from '@/components/ui/card';
import { Moment } from '@/components/ui/moment';
import { ProblemPanel, Skeleton } from '@/components/ui/states';
import { Tabs } from '@/components/ui/tabs';
import { LogPanel } from '@/features/log/components/log-panel';
import { buildPath } from '@/lib/address/paths';
import { changeQuery, type PageQuery } from '@/lib/address/query';
import type { Result } from '@/lib/api/problem';
import { type BuildView, type BuildViewState, usualView } from '../model/build-view';
import { cacheByStep } from '../model/cache-reasons';
import { isOfTarget } from '../model/file-of-target';
import { type AttemptSteps, logAttempt, logSteps } from '../model/log-attempts';
import { stepAddress } from '../model/step-address';
import { failingOrdinal } from '../model/step-groups';
import { AttemptChoice } from './attempt-choice';
import { AttemptsView } from './attempts-view';
import { BuildHeader } from './build-header';
import { CacheView } from './cache-view';
import { CauseCard } from './cause-card';
import { DockerfileView } from './dockerfile-view';
import { InputsView } from './inputs-view';
import { LiveBuild } from './live-refresh';
import { OutcomeCard } from './outcome-card';
import { PhaseStrip } from './phase-strip';
import { StepsCard } from './steps-card';
import { TimelineView } from './timeline-view';
import { WarningsCard } from './warnings-card';

export interface BuildPageProps {
  readonly build: Build;
  readonly query: PageQuery;
  readonly viewState: BuildViewState;
  readonly steps: Result<{ steps: readonly Step[] }> | null;
  /** Attempts whose lines the log shows before those of the current one. */
  readonly earlier: readonly AttemptSteps[];
  /** Null where they could not be read: the page is whole without them. */
  readonly relations: BuildRelations | null;
  /** Of the current attempt; null where it could not be read. */
  readonly cache: BuildCache | null;
}

export function BuildPage({ build, query, viewState, steps, earlier, relations, cache }: BuildPageProps) {
  const over = isFinal(build.status);
  const attempt = viewState.attempt ?? build.attempt;
  const known = steps?.ok ? steps.value.steps : [];
  const failing = failingOrdinal(known, build.attempts.find((each) => each.number === attempt)?.failure);
  const logAddress = viewState.view === 'log' ? null : viewAddress(build, query, 'log');
  const hrefOf = (step: Pick<Step, 'ordinal' | 'startLine'>): string => stepAddress(step, viewState.view, logAddress);
  const nowMs = Date.now();
  return (
    <>
      {!over && <LiveBuild projectId={build.projectId} buildId={build.id} />}
      <BuildHeader build={build} relations={relations} />
      <PhaseStrip build={build} steps={known} logAddress={logAddress} nowMs={nowMs} />
      {build.failure && (
        <CauseCard
          failure={build.failure}
          logAddress={logAddress}
          ofTarget={isOfTarget(build, build.failure.place?.file)}
        />
      )}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 lg:grid-cols-[minmax(18rem,23rem)_minmax(0,1fr)]">
        <div className="grid gap-4">
          {steps && !steps.ok ? (
            <Card title="Steps">
              <ProblemPanel problem={steps.problem} what="The steps" />
            </Card>
          ) : (
            <StepsCard
              steps={known}
              caches={cacheByStep(cache)}
              buildIsOver={over}
              failingOrdinal={failing}
              hrefOf={hrefOf}
            />
          )}
          <OutcomeCard build={build} relations={relations} />
          <WarningsCard warnings={build.warnings} />
        </div>
        <Card>
          <div className="border-b border-line px-2 pt-1">
            <ViewTabs build={build} query={query} view={viewState.view} />
          </div>
          <View
            build={build}
            relations={relations}
            cache={cache}
            viewState={viewState}
            query={query}
            attempt={attempt}
            steps={known}
            earlier={earlier}
            over={over}
            hrefOf={hrefOf}
            nowMs={nowMs}
          />
        </Card>
      </div>
    </>
  );
}

/** Address of a view of this build; the one that is shown first needs no word in it. */
function viewAddress(build: Build, query: PageQuery, view: BuildView): string {
  return changeQuery(buildPath(build), query, { view: view === usualView(build.failure) ? null : view });
}

function ViewTabs({ build, query, view }: { build: Build; query: PageQuery; view: BuildView }) {
  const item = (each: BuildView, shortcut: string, label: string, count?: number) => ({
    href: viewAddress(build, query, each),
    label,
    count,
    shortcut,
    active: each === view,
  });
  return (
    <Tabs
      label="Views of the build"
      items={[
        item('log', '1', 'Log'),
        item('dockerfile', '2', 'Dockerfile'),
        item('timeline', '3', 'Timeline'),
        item('inputs', '4', 'Inputs'),
        item('attempts', '5', 'Attempts', build.attempts.length),
        item('cache', '6', 'Cache'),
      ]}
    />
  );
}

interface ViewProps {
  readonly build: Build;
  readonly viewState: BuildViewState;
  readonly query: PageQuery;
  readonly attempt: number;
  readonly steps: readonly Step[];
  readonly earlier: readonly AttemptSteps[];
  readonly over: boolean;
  readonly relations: BuildRelations | null;
  readonly cache: BuildCache | null;
  readonly hrefOf: (step: Pick<Step, 'ordinal' | 'startLine'>) => string;
  readonly nowMs: number;
}

function View(props: ViewProps) {
  const { build, viewState, attempt, steps, over, relations, cache, hrefOf, nowMs } = props;
  const { view } = viewState;
  if (view === 'inputs') return <InputsView build={build} engine={relations?.engine ?? null} />;
  if (view === 'attempts') return <AttemptsView attempts={build.attempts} shown={attempt} />;
  if (attempt === 0) {
    return (
      <p className="px-3 py-6 text-text-2">
        {over ? 'No worker took this build.' : 'No worker has taken this build yet.'}
      </p>
    );
  }
  if (view === 'cache') return <CacheView build={build} cache={cache} steps={steps} hrefOf={hrefOf} />;
  if (view === 'dockerfile') {
    return (
      <Suspense fallback={<Skeleton lines={12} />}>
        <DockerfileView
          build={build}
          attempt={attempt}
          steps={steps}
          buildIsOver={over}
          engine={relations?.engine ?? null}
        />
      </Suspense>
    );
  }
  if (view === 'timeline') return <TimelineView steps={steps} nowMs={nowMs} hrefOf={hrefOf} />;
  return <LogView {...props} />;
}

function LogView({ build, viewState, query, attempt: number, steps, earlier, over }: ViewProps) {
  const attempt = build.attempts.find((each) => each.number === number);
  const choice = <AttemptChoice build={build} query={query} chosen={viewState.attempt} />;
  if (!attempt || attempt.logDeletedAt)
    return (
      <>
        {choice}
        <p className="px-3 py-6 text-text-2">
          {attempt?.logDeletedAt ? (
            <>
              The log of this attempt was deleted <Moment at={attempt.logDeletedAt} />, as the retention of the
              organization says.
            </>
          ) : (
            'This build has no such attempt.'
          )}
        </p>
      </>
    );
  const shown = [...earlier, { attempt, steps }];
  return (
    <>
      {choice}
      <LogPanel
        key={shown.map((each) => each.attempt.number).join()}
        buildId={build.id}
        attempts={shown.map((each) => logAttempt(each.attempt))}
        steps={logSteps(shown, over)}
        buildIsOver={over}
      />
    </>
  );
}
