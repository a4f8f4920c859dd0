import { describe, expect, it } from 'vitest';
import { shownPatterns } from './shown-patterns';

describe('patterns of a rule', () => {
  it('shows all patterns of a rule that a person wrote', () => {
    expect(shownPatterns(['src/**', 'a\u200bb'])).toEqual({ text: 'src/**, a\\u{200b}b', left: 0 });
    expect(shownPatterns([])).toEqual({ text: '', left: 0 });
  });

  it('R9-B1 shows the beginning of patterns that are long when written, and counts the others', () => {
    const { text, left } = shownPatterns(Array<string>(50).fill('\u200b'.repeat(512)));
    expect([text.length, left]).toEqual([2_001, 49]);
    expect(shownPatterns(Array<string>(50).fill('x'.repeat(400)))).toMatchObject({ left: 45 });
    expect(shownPatterns(Array<string>(50).fill('x'))).toMatchObject({ left: 30 });
  });
});
