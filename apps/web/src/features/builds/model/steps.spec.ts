import type { Step } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { dockerfileLines } from './dockerfile-lines';
import { groupSteps, longestMs, stepState } from './step-groups';

const step = (more: Partial<Step>): Step => ({
  ordinal: 1,
  name: 'RUN true',
  stage: 'final',
  platform: 'linux/amd64',
  internal: false,
  cached: false,
  startedAt: '2026-01-01T00:00:00Z',
  completedAt: '2026-01-01T00:00:02Z',
  error: null,
  startLine: null,
  endLine: null,
  ...more,
});

describe('steps', () => {
  it('have a state that tells "not yet" from "never"', () => {
    const waiting = step({ startedAt: null, completedAt: null });
    expect(stepState(waiting, false)).toBe('waiting');
    expect(stepState(waiting, true)).toBe('never');
    expect(stepState(step({ completedAt: null }), false)).toBe('running');
    expect(stepState(step({ cached: true }), true)).toBe('reused');
    expect(stepState(step({ cached: true, error: 'exit code 1' }), true)).toBe('failed');
    expect(stepState(step({}), true)).toBe('done');
  });

  it('stand under their stage, the builder’s own apart', () => {
    const { own, internal } = groupSteps([
      step({ ordinal: 1, internal: true, stage: null }),
      step({ ordinal: 2, stage: 'deps' }),
      step({ ordinal: 3 }),
      step({ ordinal: 4, stage: 'deps' }),
      step({ ordinal: 5, stage: null, platform: null }),
    ]);
    expect(own.map((group) => [group.title, group.steps.map((each) => each.ordinal)])).toEqual([
      ['deps · linux/amd64', [2, 4]],
      ['final · linux/amd64', [3]],
      ['Steps', [5]],
    ]);
    expect(internal).toHaveLength(1);
    expect(longestMs([step({}), step({ completedAt: null })])).toBe(2000);
  });
});

describe('dockerfileLines', () => {
  const text = '# syntax\nFROM debian\n\nRUN apt-get update && \\\n# why\n  apt-get install x\nrun true\n';

  it('tells instructions, comments and continued lines apart', () => {
    const kinds = dockerfileLines(text, [], null, true).map((line) => line.pieces.map((piece) => piece.kind).join('+'));
    expect(kinds).toEqual([
      'comment',
      'instruction+text',
      'text',
      'instruction+text',
      'comment',
      'text',
      'instruction+text',
    ]);
  });

  it('keeps every character and puts times and the failure on their lines', () => {
    const steps = [
      step({ ordinal: 4, startLine: 4, endLine: 6 }),
      step({ ordinal: 5, startLine: 4, completedAt: null }),
    ];
    const lines = dockerfileLines(text, steps, { from: 4, to: 6 }, true);
    expect(lines.map((line) => line.pieces.map((piece) => piece.text).join('')).join('\n')).toBe(text.slice(0, -1));
    expect(lines[3]!.step).toEqual({ ordinal: 4, state: 'done', ms: 2000 });
    expect(lines.filter((line) => line.failed).map((line) => line.number)).toEqual([4, 5, 6]);
  });
});
