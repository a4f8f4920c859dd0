import { describe, expect, it } from 'vitest';
import { closingLine, failureList, isGreen, type Outcome, table } from './outcome.ts';
import { parseTestArguments } from './test-arguments.ts';
import { countTests, failuresOf, type VitestReport } from './vitest-report.ts';

const report = (overrides: Partial<VitestReport> = {}): VitestReport => ({
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 0,
  testResults: [
    { name: '/checkout/a.spec.ts', status: 'passed', assertionResults: [{ status: 'passed', fullName: 'a b' }] },
  ],
  ...overrides,
});

describe('counting a vitest run', () => {
  it('takes its numbers', () => {
    expect(countTests(report(), 0, false)).toEqual({ passed: 3, failed: 0, skipped: 1 });
  });

  it('counts a file that did not load as a failure', () => {
    const broken = report({ testResults: [{ name: '/checkout/a.spec.ts', status: 'failed', assertionResults: [] }] });
    expect(countTests(broken, 1, false).failed).toBe(1);
  });

  it('counts an error outside of tests, a missing report and an empty run as failures', () => {
    expect(countTests(report(), 1, false).failed).toBe(1);
    expect(countTests(undefined, 0, false).failed).toBe(1);
    expect(countTests(report({ numPassedTests: 0 }), 0, false).failed).toBe(1);
  });

  it('lets a filter match nothing in one of several suites', () => {
    expect(countTests(report({ numPassedTests: 0 }), 0, true).failed).toBe(0);
  });
});

describe('the failures of a vitest run', () => {
  const file = (overrides: Partial<VitestReport['testResults'][number]>) =>
    report({
      testResults: [{ name: '/checkout/libs/a.spec.ts', status: 'failed', assertionResults: [], ...overrides }],
    });

  it('are named with their file and the first lines of their messages', () => {
    const lines = Array.from({ length: 40 }, (_, line) => `line ${line}`).join('\n');
    const assertionResults = [
      { status: 'passed', fullName: 'group works' },
      { status: 'failed', fullName: 'group fails', failureMessages: [lines] },
    ];
    const [failure, ...others] = failuresOf(file({ assertionResults }), '/checkout');
    expect(others).toEqual([]);
    expect(failure?.name).toBe('libs/a.spec.ts › group fails');
    expect(failure?.message.split('\n')).toHaveLength(8);
  });

  it('show no calls within the test runner', () => {
    const message =
      'Error: Test timed out in 60000ms.\n    at chain (file:///checkout/node_modules/vitest/dist/run.js:1933:14)\n    at /checkout/libs/a.spec.ts:38:1\n    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)';
    const assertionResults = [{ status: 'failed', fullName: 'is slow', failureMessages: [message] }];
    const [failure] = failuresOf(file({ assertionResults }), '/checkout');
    expect(failure?.message).toBe('Error: Test timed out in 60000ms.\n    at /checkout/libs/a.spec.ts:38:1');
  });

  it('contain a file that did not load', () => {
    expect(failuresOf(file({ message: 'no such module' }), '/checkout')).toEqual([
      { name: 'libs/a.spec.ts', message: 'no such module' },
    ]);
  });

  it('are none of a green run', () => {
    expect(failuresOf(report(), '/checkout')).toEqual([]);
  });
});

describe('the summary', () => {
  const outcome = (name: string, passed: number, failed = 0, skipped = 0): Outcome => ({
    name,
    passed,
    failed,
    skipped,
    durationMs: 1500,
  });

  it('names what failed, and says how many more there are', () => {
    const failures = Array.from({ length: 32 }, (_, index) => ({ name: `test ${index}`, message: 'a\nb' }));
    const list = failureList([outcome('unit', 1), { ...outcome('int', 1, 32), failures }]);
    expect(list).toContain('✗ test 0\n    a\n    b\n✗ test 1\n');
    expect(list).not.toContain('test 30');
    expect(list.endsWith('and 2 more')).toBe(true);
    expect(failureList([outcome('unit', 1)])).toBe('');
  });

  it('closes with the plain line', () => {
    expect(closingLine([outcome('unit', 10), outcome('types', 1)])).toBe('11 passed, 0 failed');
    expect(closingLine([outcome('unit', 10, 2, 1)])).toBe('10 passed, 2 failed, 1 skipped');
  });

  it('is green only with tests and without failures', () => {
    expect(isGreen([outcome('unit', 1)])).toBe(true);
    expect(isGreen([outcome('unit', 1), outcome('int', 0, 1)])).toBe(false);
    expect(isGreen([])).toBe(false);
  });

  it('prints the time of a suite against its budget', () => {
    const budgeted = { ...outcome('unit', 1), budgetMs: 60_000 };
    expect(table([budgeted])).toBe('✓ unit    1.5 s of 60 s  1 passed, 0 failed');
    expect(table([{ ...budgeted, durationMs: 61_000 }])).toContain('61.0 s of 60 s, over budget');
  });

  it('marks what failed', () => {
    expect(table([outcome('unit', 1), outcome('imports', 0, 1)])).toBe(
      '✓ unit       1.5 s  1 passed, 0 failed\n✗ imports    1.5 s  0 passed, 1 failed',
    );
  });
});

describe('arguments', () => {
  it('name a suite and filters', () => {
    expect(parseTestArguments(['--only', 'int', 'libs/db'])).toEqual({
      only: 'int',
      filters: ['libs/db'],
      soak: false,
      full: false,
      requireTools: false,
    });
    expect(parseTestArguments(['--soak'])).toMatchObject({ only: undefined, filters: [], soak: true });
    expect(parseTestArguments(['--full', '--require-tools'])).toMatchObject({ full: true, requireTools: true });
  });

  it('refuse a suite that does not exist', () => {
    expect(() => parseTestArguments(['--only', 'all'])).toThrow('--only takes unit, int, strangers, e2e or full');
  });
});
