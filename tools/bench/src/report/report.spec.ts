import { describe, expect, it } from 'vitest';
import type { Benchmark, Finding } from '../benchmark.js';
import { type Circumstances, goalsWithoutRow, makeReport, type Outcome } from './report.js';
import { renderReport } from './table.js';

const benchmark = (id: string): Benchmark => ({ id, about: ['what'], run: async () => ({ findings: [] }) });
const finding = (id: string, value: number, pairs = 15): Finding => ({
  id,
  ours: '1 ms',
  theirs: '2 ms',
  ratio: { value, low: value, high: value },
  pairs,
});
const circumstances: Circumstances = {
  bench: 'road',
  load: 0.5,
  loadIgnored: false,
  seed: 1,
  startedAt: '2026-11-24T12:00:00.000Z',
  seconds: 1,
  machine: { commit: 'abc', cores: 2, cpu: 'x', memoryGib: 24, kernel: '6', versions: { node: '24' } },
};
const outcome = (id: string, ...findings: Finding[]): Outcome => ({ benchmark: benchmark(id), measured: { findings } });
const report = (...outcomes: Outcome[]) => makeReport(circumstances, outcomes);

describe('a report', () => {
  it('is met when every goal is, whatever has none', () => {
    const good = report(outcome('P1', finding('P1/no-op', 0.2), finding('P1/no-op/with-export', 9)));
    expect(good.met).toBe(true);
    expect(good.rows.map((row) => row.verdict)).toEqual(['met', null]);
  });

  it('is not met by a miss, by too few pairs, by a benchmark without result, or by nothing at all', () => {
    expect(report(outcome('P1', finding('P1/no-op', 0.21))).met).toBe(false);
    expect(report(outcome('P1', finding('P1/no-op', 0.1, 3))).met).toBe(false);
    expect(
      report(outcome('P1', finding('P1/no-op', 0.1)), { benchmark: benchmark('P2'), noResult: 'lost one' }).met,
    ).toBe(false);
    expect(report().met).toBe(false);
    expect(report(outcome('P1', finding('P1/other', 0.1))).met).toBe(false);
  });

  it('knows goals that nothing was said about', () => {
    const outcomes = [outcome('P1', finding('P1/no-op', 0.1), finding('P1/one-file', 0.1))];
    expect(goalsWithoutRow(report(...outcomes), outcomes)).toEqual(['P1/cold']);
  });

  it('shows the verdict, the interval and what has no result', () => {
    const outcomes: Outcome[] = [
      outcome('P1', finding('P1/no-op', 0.3)),
      { benchmark: benchmark('P2'), noResult: 'a delivery was lost' },
    ];
    const text = renderReport(report(...outcomes), outcomes);
    expect(text).toMatch(/P1\/no-op +1 ms +2 ms +0\.30 +0\.30 - 0\.30 +<= 0\.20 +15 +missed/);
    expect(text).toContain('P2: no result: a delivery was lost');
    expect(text).toContain('load 0.50 before the start; seed 1');
    expect(text.endsWith('not every goal is met')).toBe(true);
  });

  it('says it when the load was ignored', () => {
    const ignored = makeReport({ ...circumstances, load: 4, loadIgnored: true }, []);
    expect(renderReport(ignored, [])).toContain('IGNORED');
  });
});
