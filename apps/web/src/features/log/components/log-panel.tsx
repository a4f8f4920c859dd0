'use client';

import { useCallback, useEffect, useMemo, useState } from 'react';
import { onDemand } from '@/components/ui/on-demand';
import { classes } from '@/lib/classes';
import { visibleText } from '@/lib/format/names';
import { inOrder, nextHit, type SearchWords } from '../model/log-search';
import { allRows, foundRows } from '../model/shown-rows';
import { nextTimeMode, type TimeMode } from '../model/time-column';
import { FeedNote } from './feed-note';
import type { LogLook } from './log-block';
import { type LogStep, stepName } from './log-step';
import { LogToolbar } from './log-toolbar';
import { LogViewport, liveHeight } from './log-viewport';
import { SearchBar } from './search-bar';
import { useFolding } from './use-folding';
import { useLineSelection } from './use-line-selection';
import { useLog } from './use-log';
import { noWords, useSearch } from './use-search';
import type { Wrapping } from './use-seen-heights';
import { type LogAttempt, useSteps } from './use-steps';

// A function is handed to a state by one that returns it.
const loadWrapping = async () => {
  const { SeenHeights } = await import('../model/seen-heights');
  return () => SeenHeights;
};
const EarlierStates = onDemand(() => import('./earlier-states').then((module) => module.EarlierStates));
const SelectionBar = onDemand(
  () => import('./selection-bar').then((module) => module.SelectionBar),
  <div className="h-[41px] border-b border-line bg-accent-bg" />,
);

export interface LogPanelProps {
  readonly buildId: string;
  /** Whose lines are shown, one after another. The last one is the attempt that is shown; the others came before it. */
  readonly attempts: readonly LogAttempt[];
  /** Of all of these attempts. */
  readonly steps: readonly LogStep[];
  readonly buildIsOver: boolean;
}

export function LogPanel({ buildId, attempts, steps, buildIsOver }: LogPanelProps) {
  const numbers = attempts.map(({ number }) => number);
  const attempt = numbers.at(-1) ?? 1;
  const several = attempts.length > 1;
  const { log, state, revision } = useLog(buildId, numbers);
  const { selection, target, pick, goTo } = useLineSelection(attempt);
  const { folded, fold, unfold } = useFolding(steps);
  const [words, setWords] = useState<SearchWords>(noWords);
  const [onlyFound, setOnlyFound] = useState(false);
  const [time, setTime] = useState<TimeMode>('build');
  const [wrap, setWrap] = useState<Wrapping | null>(null);
  const [full, setFull] = useState(false);
  const [menuWanted, setMenuWanted] = useState(false);
  const [earlier, setEarlier] = useState<readonly string[] | null>(null);
  const ended = state.kind === 'complete';
  const search = useSearch(buildId, numbers, words, ended);

  const { byOrdinal, order, headings, attemptMsOf } = useSteps(log, attempts, steps);
  /** A reused step has no lines of its own: what it printed is in an earlier attempt. */
  const shownTarget = useMemo(() => {
    const outputAt = target?.address.from === null ? byOrdinal.get(target.address.step)?.outputAt : null;
    return target && outputAt ? { ...target, address: { ...target.address, step: outputAt } } : target;
  }, [target, byOrdinal]);
  const onFold = useCallback(
    (step: number) => {
      const outputAt = byOrdinal.get(step)?.outputAt ?? null;
      if (outputAt === null) fold(step);
      else goTo(outputAt, null);
    },
    [byOrdinal, fold, goTo],
  );
  const listed = search.kind === 'running' || search.kind === 'done' ? search.hits : null;
  const hits = useMemo(() => inOrder(listed ?? [], order), [listed, order]);
  const hitKeys = useMemo(() => new Set(hits.map(([step, line]) => `${step}:${line}`)), [hits]);
  const [current, setCurrent] = useState(-1);
  // Another search begins before its first line.
  useEffect(() => setCurrent(-1), [words]);
  const rows = useMemo(() => {
    const countOf = (step: number): number => log.count(step);
    return onlyFound && listed ? foundRows(hits, countOf) : allRows(countOf);
  }, [log, onlyFound, listed, hits]);

  const stepHit = (by: 1 | -1): void => {
    const next = nextHit(current, by, hits.length);
    setCurrent(next);
    const hit = hits[next];
    if (hit) goTo(...hit);
  };
  const errors = order.filter((step) => byOrdinal.get(step)?.marked);
  const [error, setError] = useState(-1);
  const stepError = (by: 1 | -1): void => {
    const next = nextHit(error, by, errors.length);
    setError(next);
    const step = errors[next];
    if (step !== undefined)
      goTo(step, byOrdinal.get(step)?.failingLine ?? Math.max(1, log.count(step) - linesBeforeEnd));
  };
  const failed = steps.find((step) => step.failed);
  const failing = useMemo(
    () => failed && { ordinal: failed.ordinal, line: failed.failingLine },
    [failed?.ordinal, failed?.failingLine],
  );
  useEscape(full, () => setFull(false));

  const onEarlier = useCallback((states: readonly string[]) => setEarlier(states), []);
  const currentHit = hits[current] ?? null;
  const look: LogLook = {
    selection,
    words,
    hits,
    hitKeys,
    currentHit,
    time,
    wrap,
    attemptMsOf,
    onPick: pick,
    onEarlier,
  };
  return (
    <div className={classes(full && 'fixed inset-0 z-40 flex flex-col bg-surface')}>
      <LogToolbar
        buildId={buildId}
        attempt={several ? null : attempt}
        lines={log.lineCount}
        time={time}
        wrap={wrap !== null}
        full={full}
        hasErrors={steps.some(({ marked }) => marked)}
        onTime={() => setTime(nextTimeMode)}
        onWrap={() => void (wrap ? setWrap(null) : loadWrapping().then(setWrap))}
        onFull={() => setFull(!full)}
        onError={stepError}
      >
        <SearchBar
          words={words}
          state={search}
          current={current}
          onlyFound={onlyFound}
          onWords={setWords}
          onStep={stepHit}
          onOnlyFound={setOnlyFound}
        />
      </LogToolbar>
      {selection !== null && selection.from !== null && (
        <SelectionBar
          selection={{ ...selection, from: selection.from }}
          stepName={visibleText(stepName(byOrdinal.get(selection.step), selection.step))}
          attempt={attempt}
          log={log}
          focusWanted={menuWanted}
          onFocus={() => setMenuWanted(false)}
        />
      )}
      <FeedNote state={state} />
      {log.steps.length === 0 ? (
        <p className={classes('px-3 py-6 text-text-2', !buildIsOver && liveHeight)}>
          {emptyWords(state.kind, buildIsOver)}
        </p>
      ) : (
        <LogViewport
          log={log}
          revision={revision}
          rows={rows}
          order={order}
          steps={byOrdinal}
          headings={headings}
          folded={folded}
          look={look}
          ended={ended}
          buildIsOver={buildIsOver}
          full={full}
          failing={failing ?? null}
          target={shownTarget}
          onFold={onFold}
          onUnfold={unfold}
          onLineMenu={() => setMenuWanted(true)}
        />
      )}
      {earlier !== null && <EarlierStates states={earlier} onClose={() => setEarlier(null)} />}
    </div>
  );
}

/** Where `e` goes in a step of which nobody can say which line says why: its last ones do. */
const linesBeforeEnd = 11;

function useEscape(active: boolean, leave: () => void): void {
  useEffect(() => {
    if (!active) return;
    const onKeyDown = (event: KeyboardEvent): void => {
      if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
      event.preventDefault();
      leave();
    };
    document.addEventListener('keydown', onKeyDown, true);
    return () => document.removeEventListener('keydown', onKeyDown, true);
  });
}

function emptyWords(kind: string, buildIsOver: boolean): string {
  if (kind === 'loading') return 'Reading the log.';
  if (kind === 'complete' || buildIsOver) return 'This attempt printed nothing.';
  return 'Nothing was printed yet. Lines appear here as the steps print them.';
}
