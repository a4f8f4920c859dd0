import type { Breakdown } from '../benchmark.js';
import type { Bound } from '../measure/verdict.js';
import { milliseconds, ratio } from './format.js';
import type { Outcome, Report, Row } from './report.js';

/** The report for a person. */
export function renderReport(report: Report, outcomes: readonly Outcome[]): string {
  return [
    ...outcomes.flatMap(({ benchmark }) => [`${benchmark.id}`, ...benchmark.about.map((line) => `  ${line}`), '']),
    ...outcomes.flatMap((outcome) =>
      ('measured' in outcome ? (outcome.measured.breakdowns ?? []) : []).flatMap(breakdown),
    ),
    ...circumstances(report),
    '',
    ...aligned([head, ...report.rows.map(cells)]),
    ...report.noResults.map(({ id, reason }) => `${id}: no result: ${reason.split('\n')[0]}`),
    '',
    report.met ? 'every goal is met' : 'not every goal is met',
  ].join('\n');
}

const head = ['', 'ours', 'theirs', 'ratio', '95 % interval', 'goal', 'pairs', ''];

function cells(row: Row): string[] {
  const { low, high, value } = row.ratio;
  return [
    row.id,
    row.ours,
    row.theirs,
    ratio(value),
    `${ratio(low)} - ${ratio(high)}`,
    row.goal ? boundText(row.goal) : '',
    String(row.pairs),
    row.verdict ?? '',
  ];
}

function boundText(bound: Bound): string {
  return 'atMost' in bound ? `<= ${ratio(bound.atMost)}` : `>= ${ratio(bound.atLeast)}`;
}

function circumstances({ machine, load, loadIgnored, seed, seconds }: Report): string[] {
  const versions = Object.entries(machine.versions).map(([name, version]) => `${name} ${version}`);
  return [
    `commit ${machine.commit}, ${machine.cores} cores (${machine.cpu}), ${machine.memoryGib} GiB, kernel ${machine.kernel}`,
    versions.join(', '),
    `load ${load.toFixed(2)} before the start${loadIgnored ? ', IGNORED: these numbers decide nothing' : ''}; seed ${seed}; ${Math.round(seconds)} s`,
  ];
}

function breakdown({ title, parts }: Breakdown): string[] {
  return [title, ...aligned(parts.map(({ name, ms }) => [`  ${name}`, milliseconds(ms).padStart(9)])), ''];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column]!))
      .join('  ')
      .trimEnd(),
  );
}
