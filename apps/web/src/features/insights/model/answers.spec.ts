import type { InsightDay, Insights } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import {
  buildsOf,
  changeDay,
  failSentence,
  grownSentence,
  reuseSentence,
  slowerSentence,
  waitSentence,
} from './answers';

const day = (at: number, more: Partial<InsightDay> = {}): InsightDay => ({
  ...{ day: `2026-11-0${at}`, succeeded: 1, broken: 0, other: 0, steps: 0, reusedSteps: 0 },
  ...{ medianMs: null, p95Ms: null, medianWaitMs: null, p95WaitMs: null, medianBytes: null },
  ...more,
});
const medians = (...values: (number | null)[]) => values.map((medianMs, at) => day(at + 1, { medianMs }));

describe('answers of the insights', () => {
  it('say whether builds became slower', () => {
    expect(slowerSentence(medians(10_000, 10_000, 15_000, 15_000))).toMatch(
      /50 % slower.*10\.0 s before, 15\.0 s lately/,
    );
    expect(slowerSentence(medians(20_000, null, 10_000, null))).toMatch(/50 % faster/);
    expect(slowerSentence(medians(10_000, 10_500))).toMatch(/as long as they did/);
    expect(slowerSentence(medians(10_000, null))).toMatch(/less than 10\.0 s\.$/);
    expect(slowerSentence(medians(null, null))).toMatch(/No build has succeeded/);
  });

  it('say where one waits, and on which day most', () => {
    const days = [day(1, { medianWaitMs: 500, p95WaitMs: 900 }), day(2, { medianWaitMs: 700, p95WaitMs: 90_000 })];
    expect(waitSentence(days)).toMatch(/less than 0\.5 s; the worst day was 2026-11-02.*1 min 30 s/);
    expect(waitSentence([day(1)])).toMatch(/No build has started/);
  });

  it('say what breaks and who must act', () => {
    const causes = [{ code: 'StepFailed', count: 3, newest: { failure: { blame: 'user' } } }] as Insights['causes'];
    expect(failSentence({ days: [day(1, { broken: 4 })], causes })).toBe(
      '4 of 5 builds broke; the most frequent cause is StepFailed, 3 times. It is the project’s own to mend.',
    );
    expect(failSentence({ days: [day(1)], causes: [] })).toMatch(/No build broke/);
  });

  it('name the day since when it is otherwise, and none where it only varies', () => {
    const jump = medians(10_000, 11_000, 10_000, null, 21_000, 20_000, 22_000);
    expect(changeDay(jump, 'medianMs')).toEqual({ day: '2026-11-05', before: 10_000, after: 21_000 });
    expect(slowerSentence(jump)).toMatch(/slower since 2026-11-05/);
    expect(changeDay(medians(10_000, 11_000, 9_000, 10_000, 11_000, 10_500, 9_500), 'medianMs')).toBeNull();
    // One bad day is no change.
    expect(changeDay(medians(10_000, 10_000, 10_000, 90_000, 10_000, 10_000, 10_000), 'medianMs')).toBeNull();
    expect(changeDay(medians(10_000, 20_000), 'medianMs')).toBeNull();
  });

  it('say what grew', () => {
    const sizes = [1_000_000, 1_000_000, 1_000_000, 3_000_000, 3_000_000, 3_000_000];
    const days = sizes.map((medianBytes, at) => day(at + 1, { medianBytes }));
    expect(grownSentence({ days, grown: [] })).toMatch(/Images became 200 % bigger since 2026-11-04/);
    expect(grownSentence({ days: [day(1)], grown: [] })).toMatch(/No image was made/);
    const build = { projectSlug: 'api', number: 7 } as Insights['grown'][number]['build'];
    const grown = [{ beforeBytes: 1_000_000, afterBytes: 3_000_000, build }];
    expect(grownSentence({ days: [day(1, { medianBytes: 1 })], grown })).toMatch(/most with build 7 of api/);
  });

  it('say how much is reused', () => {
    expect(reuseSentence([day(1, { steps: 10, reusedSteps: 4 })])).toBe('40 % of the steps were reused: 4 of 10.');
    expect(reuseSentence([])).toMatch(/No build has told/);
    expect(buildsOf([day(1, { broken: 2 }), day(2)])).toBe(4);
  });
});
