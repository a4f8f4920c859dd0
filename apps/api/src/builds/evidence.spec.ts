import { describe, expect, it } from 'vitest';
import { fileLines } from './evidence.js';

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
