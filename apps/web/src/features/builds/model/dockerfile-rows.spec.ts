import type { Step } from '@cooperage/contracts';
import { syncStretchRatio } from '@cooperage/testing/sync-stretch';
import { describe, expect, it } from 'vitest';
import { type DockerfileRow, dockerfileRows, type FileFacts, mostLines } from './dockerfile-rows';

const most = 1024 * 1024;
const filled = (piece: string): string => piece.repeat(Math.floor(most / piece.length));
const step = (more: Partial<Step> = {}) =>
  ({
    ordinal: 1,
    name: '[app 1/1] RUN x',
    internal: false,
    target: null,
    startLine: null,
    error: null,
    ...more,
  }) as Step;
const rowsOf = (
  text: string,
  facts: Partial<FileFacts> = {},
  more: Partial<Parameters<typeof dockerfileRows>[0]> = {},
) =>
  dockerfileRows(
    { text, lines: text.split('\n').length - 1, failing: null, ...more },
    { steps: [step()], failedLines: null, buildIsOver: true, noted: [], ...facts },
  );
const inWords = (rows: readonly DockerfileRow[]): string[] => {
  const words: string[] = [];
  let run: [number, number] | null = null;
  const end = () => void (run && words.push(`shown ${run[0]}-${run[1]}`));
  for (const row of rows)
    if (row.kind === 'line') run = run ? [run[0], row.line.number] : [row.line.number, row.line.number];
    else {
      end();
      run = null;
      words.push(`left out ${row.from}-${row.to}`);
    }
  end();
  return words;
};

describe('R4-P4 a Dockerfile of 1 MiB', () => {
  it.each([
    ['empty lines', filled('\n')],
    ['short instructions', filled('a b\n')],
    ['instructions that go on', filled('a \\\n')],
    ['comments after an instruction that goes on', `RUN a \\\n${filled('#\n')}`],
    ['blanks', `RUN a ${filled(' ')}b\n`],
    ['blanks after a stroke', `RUN a \\${filled(' ')}b\n`],
    ['strokes with blanks between them', `RUN ${filled('\\ ')}b\n`],
    ['one word', filled('a')],
    ['line ends of another kind', filled('\r')],
  ])('R4-P4 is read in time that grows with its length, with nothing but %s', async (_what, text) => {
    expect(await syncStretchRatio(() => rowsOf(text))).toBeLessThan(120);
  });

  const long = filled('a b\n');
  const count = long.length / 4;

  it('R4-P4 shows its beginning when nothing is said about any line', () => {
    const { rows, shown } = rowsOf(long);
    expect(shown).toBe(mostLines);
    expect(inWords(rows)).toEqual([`shown 1-${mostLines}`, `left out ${mostLines + 1}-${count}`]);
  });

  it('R4-P4 shows what failed, what has a note and what is a step, wherever it stands', () => {
    const steps = [step({ startLine: 9_000 }), step({ startLine: 10_000 })];
    const { rows, shown } = rowsOf(long, { steps, noted: [50_000], failedLines: { from: 70_000, to: 90_000 } });
    expect(shown).toBe(mostLines);
    expect(inWords(rows).filter((words) => words.startsWith('shown'))).toEqual([
      'shown 1-1785',
      'shown 9000-9001',
      'shown 10000-10001',
      'shown 49999-50001',
      'shown 69997-70100',
      'shown 89900-90003',
    ]);
  });

  it('R4-P4 shows no more lines than it may, however much is said about them', () => {
    const numbers = Array.from({ length: 20_000 }, (_, at) => 5 * at + 1);
    const steps = numbers.map((startLine) => step({ startLine }));
    const { shown, failed } = rowsOf(long, { steps, noted: numbers, failedLines: { from: 1, to: count } });
    expect(shown).toBe(mostLines);
    expect(failed).toEqual({ first: 1, last: count });
  });

  it('R4-P4 shows the lines of the failure that are behind the end of what it was given', () => {
    const failing = { firstLine: 7, lines: ['RUN g', 'RUN h'] };
    const { rows, failed } = rowsOf('RUN a\nRUN b\n', { failedLines: { from: 8, to: 8 } }, { lines: 20, failing });
    expect(inWords(rows)).toEqual(['shown 1-2', 'left out 3-6', 'shown 7-8', 'left out 9-20']);
    expect(failed).toEqual({ first: 8, last: 8 });
    expect(inWords(rowsOf('RUN a\nRUN b\n', {}, { lines: 20, failing }).rows)).toEqual(['shown 1-2', 'left out 3-20']);
  });

  it('R4-P4 shows the beginning of a long line, and how much there is more', () => {
    const [row] = rowsOf(`RUN ${'x'.repeat(3_000)}\n`).rows;
    expect(row?.kind === 'line' && [row.line.pieces.map(({ text }) => text).join('').length, row.line.more]).toEqual([
      2_000, 1_004,
    ]);
  });
});
