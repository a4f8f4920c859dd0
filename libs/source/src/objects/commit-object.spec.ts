import { describe, expect, it } from 'vitest';
import { parseCommit } from './commit-object.js';

const id = 'c'.repeat(40);
const tree = 'a'.repeat(40);
const parse = (text: string) => parseCommit(id, Buffer.from(text));

describe('parseCommit', () => {
  it('reads what git writes', () => {
    const text = `tree ${tree}\nparent ${'b'.repeat(40)}\nauthor A U Thor <a@b> 1 +0200\ncommitter C <c@d> 1700000001 -0100\ngpgsig x\n author y\n\nSubject \n\nBody\n`;
    expect(parse(text)).toEqual({
      commit: id,
      tree,
      parents: ['b'.repeat(40)],
      authorName: 'A U Thor',
      committedAtSeconds: 1_700_000_001,
      subject: 'Subject',
    });
  });

  it('S-022 escapes what a stranger hides in names and messages, and cuts what is endless', () => {
    const facts = parse(
      `tree ${tree}\nauthor a\u202eb\x1b <x> 1 +0000\ncommitter c <d> 1 +0000\n\n${'\u200b'.repeat(9000)}`,
    );
    expect(facts.authorName).toBe('a\\u{202e}b\\u{1b}');
    expect(facts.subject).toMatch(/^(?:\\u\{200b\}){200}…$/);
  });

  it.each(['', 'x', '99999999999999999999999 +0000', '-5 +0000', '1e9 +0000'])(
    'keeps the time %j within bounds',
    (time) => {
      const { committedAtSeconds } = parse(`tree ${tree}\nauthor a <b> 1 +0000\ncommitter c <d> ${time}\n\nx`);
      expect(committedAtSeconds).toBeGreaterThanOrEqual(0);
      expect(committedAtSeconds).toBeLessThanOrEqual(253_402_300_799);
    },
  );

  it('R21A-1 takes what says parent behind the people for no parent, as git does', () => {
    const [first, second, hidden] = ['b', 'd', 'e'].map((digit) => digit.repeat(40));
    const people = 'author a <b> 1 +0000\ncommitter c <d> 1 +0000\n';
    const parents = (before: string) => parse(`tree ${tree}\n${before}${people}parent ${hidden}\n\nx`).parents;
    expect(parents('')).toEqual([]);
    expect(parents(`parent ${first}\n`)).toEqual([first]);
    expect(parents(`parent ${first}\nparent ${second}\n`)).toEqual([first, second]);
  });

  it('does without a message and without people', () => {
    expect(parse(`tree ${tree}\n`)).toMatchObject({ authorName: '', subject: '', committedAtSeconds: 0, parents: [] });
  });

  it('refuses what is no commit', () => expect(() => parse('hello')).toThrow(TypeError));
});
