import type { Outcome } from './outcome.ts';

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}

export type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'>;

/**
 * Counts a run so that it cannot look green by accident: a file that did not load is a failure, an exit code other than
 * 0 without a failed test is one, and so is a run without any test.
 */
export function countTests(report: VitestReport | undefined, exitCode: number, mayBeEmpty: boolean): Counts {
  if (!report) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests: passed, numPendingTests: pending, numTodoTests: todo } = report;
  const unloaded = report.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0);
  let failed = report.numFailedTests + unloaded.length;
  if (failed === 0 && exitCode !== 0) failed = 1;
  if (failed === 0 && passed === 0 && !mayBeEmpty) failed = 1;
  return { passed, failed, skipped: pending + todo };
}
