import type { Step } from '@cooperage/contracts';
import { describe, expect, it } from 'vitest';
import { dockerfileRows } from './dockerfile-rows';
import { failingOrdinal, groupSteps, longestMs, stepState, stepTitle } from './step-groups';

const step = (more: Partial<Step>): Step => ({
  ordinal: 1,
  name: 'RUN true',
  stage: 'final',
  target: null,
  platform: 'linux/amd64',
  internal: false,
  cached: false,
  startedAt: '2026-01-01T00:00:00Z',
  completedAt: '2026-01-01T00:00:02Z',
  error: null,
  startLine: null,
  usualMs: null,
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
    expect(stepState(step({ error: 'process "x": context canceled' }), true)).toBe('stopped');
    expect(stepState(step({}), true)).toBe('done');
  });

  it('stand in the order of the Dockerfile, base images first, whatever order the builder told them in', () => {
    const names = ['[build 2/3] COPY a b', '[build 3/3] RUN x', '[base 2/2] RUN y', '[build 1/3] WORKDIR /a'];
    const told = names.map((name, index) =>
      step({ ordinal: index + 1, name, stage: name.slice(1, -1).split(' ')[0]! }),
    );
    const from = step({ ordinal: 9, name: '[other 1/4] FROM docker.io/library/debian', stage: 'other' });
    const began = (each: Step, at: string): Step => ({ ...each, startedAt: at });
    const [copy, run, base, workdir] = told as [Step, Step, Step, Step];
    const { own } = groupSteps([copy, run, began(base, '2025-12-31T23:59:59Z'), workdir, from]);
    expect(own.map((group) => group.steps.map((each) => each.ordinal))).toEqual([[9], [3], [4, 1, 2]]);
    expect(own[0]?.title).toBe('Base images');
    const lined = groupSteps([
      { ...copy, startLine: 3 },
      { ...workdir, startLine: 2 },
      { ...base, startLine: 7 },
    ]);
    expect(lined.own.map((group) => group.title)).toEqual(['build · linux/amd64', 'base · linux/amd64']);
  });

  it('that a builder told twice, because it worked for two builds, are one', () => {
    const one = step({ ordinal: 6, name: '[build 3/5] RUN x', cached: true });
    const again = step({ ...one, ordinal: 15, startLine: 7 });
    expect(groupSteps([one, again]).own[0]?.steps).toEqual([again]);
    expect(groupSteps([again, one]).own[0]?.steps).toEqual([again]);
    expect(groupSteps([one, { ...again, cached: false }]).own[0]?.steps).toHaveLength(2);
  });

  it('fail where the service says, else at the first of one’s own that failed', () => {
    const steps = [
      step({ ordinal: 4, internal: true, error: 'no cache manifest' }),
      step({ ordinal: 5, error: 'context canceled' }),
      step({ ordinal: 6, error: 'exit code 2' }),
    ];
    expect(failingOrdinal(steps, null)).toBe(6);
    expect(failingOrdinal(steps, { place: { stepOrdinal: 5 } })).toBe(5);
    expect(failingOrdinal(steps.slice(0, 2), { place: null })).toBeNull();
  });

  it('are titled by what they do', () => {
    expect(stepTitle({ name: '[build 3/5] RUN x' })).toBe('RUN x');
    expect(stepTitle({ name: '[linux/arm64 build 3/5] RUN [ 1/2 ]' })).toBe('RUN [ 1/2 ]');
    expect(stepTitle({ name: '[internal] load' })).toBe('[internal] load');
  });

  it('stand under their stage, the builder’s own apart', () => {
    const { own, internal } = groupSteps([
      step({ ordinal: 1, internal: true, stage: null }),
      step({ ordinal: 2, stage: 'deps' }),
      step({ ordinal: 3 }),
      step({ ordinal: 4, stage: 'deps' }),
      step({ ordinal: 5, stage: null, platform: null }),
      step({ ordinal: 6, stage: 'deps', target: 'base' }),
    ]);
    expect(own.map((group) => [group.title, group.steps.map((each) => each.ordinal)])).toEqual([
      ['deps · linux/amd64', [2, 4]],
      ['final · linux/amd64', [3]],
      ['Steps', [5]],
      ['target base · deps · linux/amd64', [6]],
    ]);
    expect(internal).toHaveLength(1);
    expect(longestMs([step({}), step({ completedAt: null })])).toBe(2000);
  });
});

describe('the lines of a Dockerfile', () => {
  const text = '# syntax\nFROM debian\n\nRUN apt-get update && \\\n# why\n  apt-get install x\nrun true\n';
  const linesOf = (steps: readonly Step[], failedLines: { from: number; to: number } | null = null) =>
    dockerfileRows(
      { text, lines: 7, failing: null },
      { steps, failedLines, buildIsOver: true, noted: [] },
    ).rows.flatMap((row) => (row.kind === 'line' ? [row.line] : []));

  it('tells instructions, comments and continued lines apart', () => {
    const kinds = linesOf([]).map((line) => line.pieces.map((piece) => piece.kind).join('+'));
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
    const lines = linesOf(steps, { from: 4, to: 6 });
    expect(lines.map((line) => line.pieces.map((piece) => piece.text).join('')).join('\n')).toBe(text.slice(0, -1));
    expect(lines[3]!.step).toEqual({ ordinal: 4, state: 'done', ms: 2000 });
    expect(lines.filter((line) => line.failed).map((line) => line.number)).toEqual([4, 5, 6]);
  });

  it('knows a step whose line nobody said by its words', () => {
    const steps = [
      step({ ordinal: 7, name: '[final 2/3] RUN apt-get update &&   apt-get install x' }),
      step({ ordinal: 8, name: 'RUN true', internal: true }),
      step({ ordinal: 9, name: '[final 3/3] run true', startLine: 4 }),
    ];
    const found = (known: typeof steps) => linesOf(known).map((line) => line.step?.ordinal);
    expect(found(steps.slice(0, 2))).toEqual([undefined, undefined, undefined, 7, undefined, undefined, undefined]);
    expect(found(steps)[3]).toBe(9);
  });
});
