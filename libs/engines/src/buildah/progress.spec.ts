import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readInstructions } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { EventRecord } from '../testing/event-record.js';
import { ProgressReader } from './progress.js';

const at = new Date(1_700_000_000_000);
const multiStage = `ARG BASE=busybox
FROM \${BASE} AS one
RUN echo hello; \\
  echo err >&2
FROM one AS two
RUN true
FROM busybox
COPY --from=two /etc/passwd /p
COPY a.txt /a.txt
ENV A=b
CMD ["sh"]
`;

/** What buildah 1.28.2 printed; the mark is the one that its runtime was given. */
function replay(recording: string, dockerfile: string) {
  const progress = new ProgressReader({ instructions: readInstructions(Buffer.from(dockerfile)) }, 'MARK', () => at);
  const record = new EventRecord();
  const pipes: string[] = [];
  const lines = readFileSync(join(import.meta.dirname, 'recordings', `${recording}.txt`), 'utf8').split('\n');
  for (const line of lines) {
    const reading = progress.read(line);
    reading.events.forEach(record.emit);
    if (reading.pipes) pipes.push(`${progress.running?.state.name} → ${reading.pipes}`);
  }
  const steps = () => record.steps().map(({ name, cached, completedAt }) => [name, cached, completedAt !== null]);
  return { progress, record, pipes, steps };
}

describe('what buildah prints', () => {
  it('of a first build, and of nothing that it does for the service itself', () => {
    const { progress, record, steps } = replay('first-build', 'FROM busybox\nRUN echo first\nCOPY a.txt /a.txt\n');
    expect(steps()).toEqual([
      ['[1/3] FROM busybox', false, true],
      ['[2/3] RUN echo first', false, true],
      ['[3/3] COPY a.txt /a.txt', false, true],
      ['[4/3] LABEL "a"="1"', false, true],
    ]);
    expect(record.steps().map(({ internal, isBase }) => [internal, isBase ?? false])).toEqual([
      [false, true],
      [false, false],
      [false, false],
      [true, false],
    ]);
    expect(progress.counts()).toEqual({ run: 2, cached: 0 });
  });

  it('of stages, with what each step follows from and the lines it stands on', () => {
    const { progress, record, pipes } = replay('multi-stage', multiStage);
    const name = (id: string) => record.steps().find((step) => step.id === id)?.name;
    expect(record.steps().map((step) => [step.name, step.stage, step.inputs.map(name)])).toEqual([
      ['[one 1/2] FROM busybox AS one', 'one', []],
      ['[one 2/2] RUN echo hello;   echo err >&2', 'one', ['[one 1/2] FROM busybox AS one']],
      [expect.stringMatching(/^\[two 1\/2\] FROM 909a0c/), 'two', ['[one 2/2] RUN echo hello;   echo err >&2']],
      ['[two 2/2] RUN true', 'two', [expect.stringMatching(/^\[two 1\/2\]/)]],
      ['[stage-2 1/5] FROM busybox', 'stage-2', []],
      ['[stage-2 2/5] COPY --from=two /etc/passwd /p', 'stage-2', ['[stage-2 1/5] FROM busybox', '[two 2/2] RUN true']],
      ['[stage-2 3/5] COPY a.txt /a.txt', 'stage-2', ['[stage-2 2/5] COPY --from=two /etc/passwd /p']],
      ['[stage-2 4/5] ENV A=b', 'stage-2', ['[stage-2 3/5] COPY a.txt /a.txt']],
      ['[stage-2 5/5] CMD ["sh"]', 'stage-2', ['[stage-2 4/5] ENV A=b']],
      ['[stage-2 6/5] LABEL "a"="1"', 'stage-2', ['[stage-2 5/5] CMD ["sh"]']],
    ]);
    expect([...progress.lines().values()].map(({ startLine, endLine }) => [startLine, endLine])).toEqual([
      ...[
        [2, 2],
        [3, 4],
        [5, 5],
        [6, 6],
      ],
      ...[
        [7, 7],
        [8, 8],
        [9, 9],
        [10, 10],
        [11, 11],
      ],
    ]);
    expect(pipes).toEqual(['[one 2/2] RUN echo hello;   echo err >&2 → /pipes', '[two 2/2] RUN true → /pipes']);
  });

  it('of a base image by its name, which buildah is given by its id', () => {
    const instructions = readInstructions(
      Buffer.from('FROM busybox AS one\nRUN true\nFROM one\nCOPY --from=one a /a\n'),
    );
    const progress = new ProgressReader({ instructions }, 'MARK', () => at);
    const stored = { id: 'a'.repeat(64), digest: `sha256:${'b'.repeat(64)}`, triggers: [] } as const;
    progress.startFrom([{ name: 'busybox', instruction: instructions[0]!, isBase: true, stage: null, ...stored }]);
    const { events } = progress.read(`[1/2] STEP 1/2: FROM ${stored.id} AS s0`);
    expect(events).toMatchObject([{ step: { name: '[one 1/2] FROM busybox AS one', isBase: true } }]);
    expect(progress.running?.base).toBe('busybox');
    const read = (line: string) => progress.read(line).events.at(-1);
    expect(read(`[2/2] STEP 1/2: FROM ${'c'.repeat(64)} AS s1`)).toMatchObject({
      step: { name: `[stage-1 1/2] FROM ${'c'.repeat(64)}` },
    });
    expect(read('[2/2] STEP 2/2: COPY --from=s0 a /a')).toMatchObject({
      step: { name: '[stage-1 2/2] COPY --from=one a /a' },
    });
    expect(instructions.map((each) => progress.saw(each))).toEqual([true, false, true, true]);
  });

  it('of a cached build, where a step waits for a stage that begins after it', () => {
    const { progress, record } = replay('cached-build', multiStage);
    const notCached = record.steps().filter(({ cached }) => !cached);
    expect(notCached.map(({ name }) => name.replace(/[0-9a-f]{64}/, 'image'))).toEqual([
      '[one 1/2] FROM busybox AS one',
      '[stage-2 1/5] FROM busybox',
      '[two 1/2] FROM image AS two',
    ]);
    expect(record.steps().every(({ completedAt }) => completedAt !== null)).toBe(true);
    expect(progress.counts()).toEqual({ run: 0, cached: 6 });
  });

  it('of a step that fails: it is the one under way', () => {
    const { progress, record } = replay('failing-run', 'FROM busybox\nRUN echo before\nRUN exit 7\n');
    expect(progress.running).toMatchObject({
      state: { name: '[3/3] RUN exit 7' },
      lines: { startLine: 3, endLine: 3 },
    });
    progress.end('exit code 7').forEach(record.emit);
    expect(record.step('exit 7')).toMatchObject({ completedAt: at, error: 'exit code 7', cached: false });
    expect(progress.end()).toEqual([]);
  });

  it('of a build that was stopped', () => {
    const { steps } = replay('canceled-run', 'FROM busybox\nRUN sleep 100\n');
    expect(steps()).toEqual([
      ['[1/2] FROM busybox', false, true],
      ['[2/2] RUN sleep 100', false, false],
    ]);
  });

  it('takes a mark for one only with the right word', () => {
    const { progress } = replay('failing-run', 'FROM busybox\nRUN echo before\nRUN exit 7\n');
    expect(progress.read('MARKER /etc')).toEqual({ events: [] });
    expect(progress.read('STEP x/2: FROM busybox')).toEqual({ events: [] });
  });
});
