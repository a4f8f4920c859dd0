import type { Build } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import type { Api } from './api.ts';
import { failureReport, lastLines } from './failure-report.ts';

const entry = (step: number, text: string) => JSON.stringify({ n: 0, atMs: 0, step, stream: 'stdout', text });
const failure: NonNullable<Build['failure']> = {
  code: 'StepFailed',
  blame: 'user',
  message: 'The step ended with exit code 3.',
  advice: 'Read the last lines of the step.',
  place: { file: 'Dockerfile', line: 4, step: 'RUN make', stepOrdinal: 2, exitCode: 3 },
  logLine: null,
  evidence: null,
};
const failed = { id: 'b', number: 7, status: 'failed', failure } as Build;

function apiWithLog(log: string): Api {
  return { text: async () => log } as unknown as Api;
}

describe('the report of a failure', () => {
  it('says what, where, by which evidence, and what to do', async () => {
    const log = [entry(1, 'other\n'), entry(2, 'first\nsec'), entry(2, 'ond\n')].join('\n');
    expect(await failureReport(apiWithLog(log), failed, 'http://page')).toEqual([
      '✗ build #7 ended as failed: StepFailed, yours to mend',
      '  what      The step ended with exit code 3.',
      '  where     Dockerfile:4, RUN make, exit code 3',
      '  evidence  first',
      '            second',
      '  next      Read the last lines of the step.',
      '            the whole build: http://page',
    ]);
  });

  it('stands without a place and without a log', async () => {
    const lost = { ...failed, failure: { ...failure, place: null } };
    const lines = await failureReport(apiWithLog(''), lost, 'http://page');
    expect(lines).toContain('  where     before any step');
    expect(lines).toContain('  evidence  nothing was printed');
  });

  it('keeps the last lines and does not let them steer the terminal', () => {
    const many = Array.from({ length: 30 }, (_, index) => `line ${index}\n`).join('');
    expect(lastLines(entry(1, many), 1)).toHaveLength(20);
    expect(lastLines(entry(1, '\u001b[2J\u001b]0;title\u0007red\u001b[0m\r\n'), 1)).toEqual([']0;titlered']);
  });
});
