import { describe, expect, it } from 'vitest';
import { type PhaseInput, phaseBar } from './phase-bar';

const at = (second: number): string => new Date(second * 1000).toISOString();
const build = (more: Partial<PhaseInput>): PhaseInput => ({
  status: 'running',
  queuedAt: at(0),
  startedAt: at(1),
  finishedAt: null,
  phases: [],
  ...more,
});
const states = (input: PhaseInput): string =>
  phaseBar(input, 100_000)
    .map((segment) => segment.state)
    .join(' ');

describe('phaseBar', () => {
  it('of a queued build waits in its first segment', () => {
    const [queued, fetch] = phaseBar(build({ status: 'queued', startedAt: null }), 4000);
    expect(queued).toMatchObject({ name: 'queued', state: 'now', ms: 4000, since: at(0), share: 24 });
    expect(fetch).toMatchObject({ name: 'fetch', state: 'ahead', ms: null, share: 1 });
  });

  it('of a running build goes on where it is', () => {
    const segments = phaseBar(
      build({
        phases: [
          { phase: 'fetch', startedAt: at(1), endedAt: at(2) },
          { phase: 'build', startedAt: at(2), endedAt: null },
        ],
      }),
      50_000,
    );
    expect(segments[1]).toMatchObject({ state: 'done', ms: 1000 });
    expect(segments[2]).toMatchObject({ name: 'build', state: 'now', ms: 48_000, since: at(2), share: 16 });
  });

  it('of a failed build marks the phase in which it ended, also when that phase never closed', () => {
    const phases = [
      { phase: 'fetch' as const, startedAt: at(1), endedAt: at(2) },
      { phase: 'build' as const, startedAt: at(2), endedAt: null },
    ];
    const failed = build({ status: 'failed', finishedAt: at(22), phases });
    expect(states(failed)).toBe('done done failed never never never never never');
    expect(phaseBar(failed, 999_000)[2]!.ms).toBe(20_000);
    expect(states({ ...failed, status: 'timed_out' })).toContain('failed');
    expect(states({ ...failed, status: 'canceled' })).toContain('stopped');
  });

  it('of a succeeded build is done throughout', () => {
    const names = ['fetch', 'build', 'push', 'inspect', 'sign', 'verify', 'publish'] as const;
    const phases = names.map((phase, i) => ({ phase, startedAt: at(i + 1), endedAt: at(i + 2) }));
    expect(states(build({ status: 'succeeded', finishedAt: at(8), phases }))).toBe(Array(8).fill('done').join(' '));
  });

  it('of a build that was canceled before it began stops in the queue', () => {
    expect(states(build({ status: 'canceled', startedAt: null, finishedAt: at(5) }))).toMatch(/^stopped never/);
  });

  it('counts the last time of a phase that was repeated', () => {
    const phases = [
      { phase: 'build' as const, startedAt: at(1), endedAt: at(10) },
      { phase: 'build' as const, startedAt: at(20), endedAt: at(23) },
    ];
    expect(phaseBar(build({ phases }), 0)[2]!.ms).toBe(3000);
  });
});
