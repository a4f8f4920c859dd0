import type { Step } from '@cooperage/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { criticalPath, type TimeSpan, timelineOf } from './timeline';

const zero = Date.parse('2026-01-01T00:00:00Z');
const step = (
  ordinal: number,
  name: string,
  from: number | null,
  to: number | null,
  changes: Partial<Step> = {},
): Step => ({
  ...{ ordinal, name, stage: 'app', target: null, platform: null, internal: false, cached: false, error: null },
  startedAt: from === null ? null : new Date(zero + from).toISOString(),
  completedAt: to === null ? null : new Date(zero + to).toISOString(),
  ...{ startLine: null, endLine: null, usualMs: null },
  ...changes,
});

describe('the timeline of a build', () => {
  it('shows what ran beside what, and which steps had to follow each other', () => {
    const line = timelineOf(
      [
        step(1, '[internal] load build context', 0, 100, { internal: true }),
        step(2, '[app 1/3] FROM node', 100, 150),
        step(3, '[app 2/3] COPY . .', 150, 200),
        step(4, '[deps 1/1] RUN npm ci', 100, 5000, { stage: 'deps' }),
        step(5, '[app 3/3] RUN test', 5001, null),
        step(6, 'RUN never', null, null),
      ],
      zero + 9000,
    );
    expect(
      line.rows.map(({ ordinal, kind, startMs, endMs, critical }) => [ordinal, kind, startMs, endMs, critical]),
    ).toEqual([
      [1, 'builder', 0, 100, true],
      [2, 'base', 100, 150, false],
      [4, 'run', 100, 5000, true],
      [3, 'copy', 150, 200, false],
      [5, 'run', 5001, 9000, true],
    ]);
    expect(line).toMatchObject({ totalMs: 9000, criticalMs: 100 + 4900 + 3999, widest: 2 });
  });

  it('calls failed what failed, not what was given up for it, nor what may fail and harm nothing', () => {
    const steps = [
      step(1, 'importing cache', 0, 1, { internal: true, error: 'not found' }),
      step(2, 'RUN a', 0, 2, { error: 'exit code: 1' }),
      step(3, 'RUN b', 0, 2, { error: 'context canceled' }),
    ];
    expect(timelineOf(steps, zero).rows.map(({ failed }) => failed)).toEqual([false, true, false]);
  });

  it('of a build that has no step yet is empty', () => {
    expect(timelineOf([step(1, 'RUN a', null, null)], zero)).toEqual({
      rows: [],
      totalMs: 0,
      criticalMs: 0,
      widest: 0,
    });
  });
});

describe('the critical path', () => {
  const spans = fc.array(
    fc.tuple(fc.nat(1000), fc.nat(300)).map(([startMs, ms]): TimeSpan => ({ startMs, endMs: startMs + ms })),
    { maxLength: 25 },
  );

  it('ends with the last, goes forward only, and never overlaps beyond the slack', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const path = criticalPath(all).map((index) => all[index]!);
        const last = path.at(-1);
        expect(last?.endMs ?? 0).toBe(Math.max(0, ...all.map(({ endMs }) => endMs)));
        for (const [at, span] of path.entries()) {
          const before = path[at - 1];
          if (!before) continue;
          expect(before.startMs).toBeLessThan(span.startMs);
          expect(before.endMs).toBeLessThanOrEqual(span.startMs + 5);
        }
      }),
    );
  });

  it('leaves out nothing that ended later before its next one began', () => {
    fc.assert(
      fc.property(spans, (all) => {
        const path = criticalPath(all);
        for (const [at, index] of path.entries()) {
          const nextOne = all[path[at + 1] ?? -1];
          if (!nextOne) continue;
          const rivals = all.filter((span) => span.endMs <= nextOne.startMs && span.startMs < nextOne.startMs);
          for (const rival of rivals) expect(rival.endMs).toBeLessThanOrEqual(all[index]!.endMs);
        }
      }),
    );
  });
});
