import type { Benchmark, Finding, Measured } from '../benchmark.js';
import { goalOf, goals } from '../goals.js';
import type { Bound, Verdict } from '../measure/verdict.js';
import { fewestPairs, judge } from '../measure/verdict.js';
import type { Machine } from './machine.js';

/** How one benchmark ended: with numbers, or with the reason why there are none. */
export type Outcome =
  | { readonly benchmark: Benchmark; readonly measured: Measured }
  | { readonly benchmark: Benchmark; readonly noResult: string };

export interface Row extends Finding {
  readonly metric: string | null;
  readonly comparedWith: string | null;
  readonly goal: Bound | null;
  readonly verdict: Verdict | null;
}

export interface Report {
  readonly bench: string;
  /** Every goal of the benchmarks that ran is met, and none of them is without a result. */
  readonly met: boolean;
  readonly rows: readonly Row[];
  readonly noResults: readonly { readonly id: string; readonly reason: string }[];
  readonly load: number;
  readonly loadIgnored: boolean;
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly machine: Machine;
}

export type Circumstances = Pick<
  Report,
  'bench' | 'load' | 'loadIgnored' | 'seed' | 'startedAt' | 'seconds' | 'machine'
>;

export function makeReport(circumstances: Circumstances, outcomes: readonly Outcome[]): Report {
  const rows = outcomes.flatMap((outcome) => ('measured' in outcome ? outcome.measured.findings.map(rowOf) : []));
  const noResults = outcomes.flatMap((outcome) =>
    'noResult' in outcome ? [{ id: outcome.benchmark.id, reason: outcome.noResult }] : [],
  );
  const judged = rows.filter((row) => row.goal !== null);
  const met = judged.length > 0 && noResults.length === 0 && judged.every((row) => row.verdict === 'met');
  return { ...circumstances, met, rows, noResults };
}

/** Goals of these benchmarks that no row speaks about: a typing error in an id must not pass for success. */
export function goalsWithoutRow(report: Report, outcomes: readonly Outcome[]): string[] {
  const measured = outcomes.flatMap((outcome) => ('measured' in outcome ? [outcome.benchmark.id] : []));
  const told = new Set(report.rows.map((row) => row.id));
  return goals.map((goal) => goal.id).filter((id) => measured.includes(id.split('/')[0]!) && !told.has(id));
}

function rowOf(finding: Finding): Row {
  const goal = goalOf(finding.id);
  const { metric = null, comparedWith = null, bound = null } = goal ?? {};
  return {
    ...finding,
    metric,
    comparedWith,
    goal: bound,
    verdict: bound && judge(finding.ratio, bound, finding.counted ? fewestPairs : finding.pairs),
  };
}
