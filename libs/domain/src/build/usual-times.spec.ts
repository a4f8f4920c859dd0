import { describe, expect, it } from 'vitest';
import { fileLines } from './evidence.js';
import { median, usualTimes } from './usual-times.js';

describe('what is usual', () => {
  it('is the middle, or between the two in the middle', () => {
    expect([median([]), median([5]), median([9, 1, 2]), median([1, 2, 4, 100])]).toEqual([null, 5, 2, 3]);
  });

  it('is told by the instruction, wherever it stands in its file', () => {
    const ran = (name: string, ms: number, stage: string | null = 'deps') => ({ name, stage, platform: null, ms });
    const usual = usualTimes([
      ran('[deps 2/5] RUN npm ci', 10),
      ran('[deps 3/6] RUN npm ci', 30),
      ran('RUN npm ci', 99, 'x'),
    ]);
    expect(usual(ran('[deps 4/7] RUN npm ci', 0))).toBe(20);
    expect(usual(ran('RUN other', 0))).toBeNull();
  });
});

describe('evidence from a file', () => {
  const text = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`).join('\r\n');

  it('is the wrong lines and a few before them, at most twenty', () => {
    expect(fileLines(text, 10, 11)).toEqual({
      source: 'file',
      firstLine: 7,
      lines: ['line 7', 'line 8', 'line 9', 'line 10', 'line 11'],
    });
    expect(fileLines(text, 1, 40)?.lines).toHaveLength(20);
    expect(fileLines(text, 2, 2)?.firstLine).toBe(1);
  });

  it('is missing where there is no such line', () => {
    expect(fileLines(text, 41, 41)).toBeNull();
    expect(fileLines(null, 1, 1)).toBeNull();
  });
});
