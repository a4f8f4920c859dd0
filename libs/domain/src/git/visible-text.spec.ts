import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleText } from './visible-text.js';

describe('visibleText', () => {
  it('S-022 shows what would be invisible, change direction or move the cursor', () => {
    expect(visibleText('a\u202eb\u200bc\nd\x1b[2J\u{e0041}')).toBe('a\\u{202e}b\\u{200b}c\\u{a}d\\u{1b}[2J\\u{e0041}');
    expect(visibleText('\ud800')).toBe('\\u{d800}');
  });

  it('leaves ordinary text of any script alone', () => {
    for (const text of ['Fix the build', 'Größe ändern', '修正', 'إصلاح', '🎉 release'])
      expect(visibleText(text)).toBe(text);
  });

  it('marks a cut', () => expect(visibleText('abcdef', 3)).toBe('abc…'));

  it('never lets a control character through', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => !/[\p{Cc}\p{Cf}]/u.test(visibleText(text))));
  });
});
