import type { Build, Steps } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { BuildProgress } from './build-progress.ts';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, second)).toISOString();

function build(change: Partial<Build> = {}): Build {
  return { queuedAt: at(0), phases: [], waitReason: null, finishedAt: null, status: 'running', ...change } as Build;
}

function steps(...all: readonly Partial<Steps['steps'][number]>[]): Steps {
  const defaults = { internal: false, cached: false, error: null, startedAt: at(1), completedAt: at(2) };
  return {
    attemptId: 'a',
    steps: all.map((step, index) => ({ ordinal: index + 1, name: 'RUN true', ...defaults, ...step })) as Steps['steps'],
  };
}

describe('the progress of a build', () => {
  it('is told once, in the order in which it happened, with the time since the push', () => {
    const progress = new BuildProgress();
    const phases: Build['phases'] = [
      { phase: 'fetch', startedAt: at(0), endedAt: at(1) },
      { phase: 'build', startedAt: at(1), endedAt: null },
    ];
    const done = steps({ name: 'COPY a .', cached: true }, { startedAt: at(1), completedAt: at(4) });
    expect(progress.lines(build({ phases }), done)).toEqual([
      '    0.0 s  fetch',
      '    1.0 s  build',
      '    2.0 s    COPY a .  cached',
      '    4.0 s    RUN true  3.0 s',
    ]);
    expect(progress.lines(build({ phases }), done)).toEqual([]);
    expect(progress.lines(build({ phases, finishedAt: at(5), status: 'succeeded' }), done)).toEqual([
      '    5.0 s  succeeded',
    ]);
  });

  it('leaves out what is not done and what is the engine’s own', () => {
    const some = steps({ completedAt: null }, { internal: true }, { error: 'exit code 1' });
    expect(new BuildProgress().lines(build(), some)).toEqual(['    2.0 s    RUN true  failed after 1.0 s']);
  });

  it('tells the steps of a second attempt again', () => {
    const progress = new BuildProgress();
    progress.lines(build(), steps({}));
    expect(progress.lines(build(), { ...steps({}), attemptId: 'b' })).toHaveLength(1);
  });

  it('shortens names of many lines', () => {
    const [line] = new BuildProgress().lines(build(), steps({ name: 'RUN <<EOT\n  one\n  two\nEOT' }));
    expect(line).toBe('    2.0 s    RUN <<EOT …  1.0 s');
  });
});
