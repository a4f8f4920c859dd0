import type { Failure, Outcome } from './outcome.ts';

/** The part of vitest's JSON report that is counted. */
export interface VitestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly TestFile[];
}

interface TestFile {
  readonly name: string;
  readonly status: string;
  /** Why a file did not load. */
  readonly message?: string;
  readonly assertionResults: readonly {
    readonly status: string;
    readonly fullName: string;
    readonly failureMessages?: readonly string[] | null;
  }[];
}

export type Counts = Pick<Outcome, 'passed' | 'failed' | 'skipped'>;

const MESSAGE_LINES = 8;
const LINE_LENGTH = 240;
const FOREIGN_CALL = /^ +at .*(?:\/node_modules\/|node:)/;

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

/** Each failed test and each file that did not load, with the first lines of its message. */
export function failuresOf(report: VitestReport | undefined, checkout: string): Failure[] {
  if (!report) return [{ name: 'vitest', message: 'It ended without a report.' }];
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = name.startsWith(`${checkout}/`) ? name.slice(checkout.length + 1) : name;
    const failed = assertionResults.filter((test) => test.status === 'failed');
    if (failed.length === 0) return status === 'failed' ? [{ name: file, message: firstLines(message ?? '') }] : [];
    return failed.map((test) => ({
      name: `${file} › ${test.fullName}`,
      message: firstLines(test.failureMessages?.join('\n') ?? ''),
    }));
  });
}

/** Without calls within the test runner and Node: of a test that took too long they are all there is, and hide the message. */
function firstLines(message: string): string {
  const lines = message
    .trim()
    .split('\n')
    .filter((line) => !FOREIGN_CALL.test(line))
    .slice(0, MESSAGE_LINES);
  return lines.map((line) => line.slice(0, LINE_LENGTH)).join('\n');
}
