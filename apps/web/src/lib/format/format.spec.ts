import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatBytes } from './bytes';
import { formatDuration, formatOffset, formatTicking, spanMs } from './duration';
import { shortDigest, shortRef, visibleText } from './names';
import { formatRelative, formatUtc } from './relative-time';
import { curlCommand, shellWord } from './shell';

describe('durations', () => {
  it.each([
    [0, '0.0 s'],
    [-5, '0.0 s'],
    [440, '0.4 s'],
    [21_400, '21.4 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [184_000, '3 min 04 s'],
    [7_500_000, '2 h 05 min'],
    [273_600_000, '3 d 04 h'],
  ])('%i ms is %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('tick in whole seconds', () => {
    expect(formatTicking(1999)).toBe('1 s');
    expect(formatTicking(61_000)).toBe('1 min 01 s');
  });

  it.each([
    [-5, '0.0 s'],
    [99_900, '99.9 s'],
    [99_960, '1:39'],
    [151_900, '2:31'],
    [725_000, '12:05'],
    [3_751_000, '1:02:31'],
  ])('%i ms into a log is %s', (ms, text) => expect(formatOffset(ms)).toBe(text));

  it('run until now when there is no end, and never backwards', () => {
    expect(spanMs(null, null, 5)).toBeNull();
    expect(spanMs('1970-01-01T00:00:01Z', null, 3000)).toBe(2000);
    expect(spanMs('1970-01-01T00:00:03Z', '1970-01-01T00:00:01Z', 0)).toBe(0);
  });
});

describe('moments', () => {
  it.each([
    [-3_000, 'just now'],
    [-59_000, '59 sec. ago'],
    [-60_000, '1 min. ago'],
    [-7_200_000, '2 hr. ago'],
    [3 * 86_400_000, 'in 3 days'],
  ])('%i ms away is "%s"', (offset, text) => expect(formatRelative(offset, 0)).toBe(text));

  it('have an exact form that is the same for everyone', () => {
    expect(formatUtc(Date.UTC(2026, 10, 24, 12, 45, 16))).toBe('2026-11-24 12:45:16 UTC');
  });
});

describe('bytes', () => {
  it.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1024, '1.0 KiB'],
    [1_048_575, '1.0 MiB'],
    [5e9, '4.7 GiB'],
  ])('%i is %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));
});

describe('names', () => {
  it('are shortened without losing what they are', () => {
    expect(shortDigest(`sha256:${'ab'.repeat(32)}`)).toBe('sha256:abababababab');
    expect(shortRef('refs/heads/release/2')).toBe('release/2');
    expect(shortRef('refs/pull/4/head')).toBe('refs/pull/4/head');
  });

  it('S-022 shows what cannot be seen', () => {
    expect(visibleText('ma\u202ein\u200b\n\0')).toBe('ma\\u{202e}in\\u{200b}\\u{a}\\u{0}');
    expect(visibleText('größe 船 🛢')).toBe('größe 船 🛢');
  });
});

describe('shell words', () => {
  it('leave plain words and quote the rest', () => {
    expect(shellWord('registry:5000/a/b@sha256:ab')).toBe('registry:5000/a/b@sha256:ab');
    expect(shellWord('a b$(id)')).toBe("'a b$(id)'");
    expect(curlCommand('https://c.example', '/builds?ref=a&x=1')).toContain(
      "'https://c.example/api/v1/builds?ref=a&x=1'",
    );
  });

  it('S-022 never end their quotes early', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const word = shellWord(text);
        const read = word.startsWith("'") ? word.slice(1, -1).replaceAll(`'\\''`, "'") : word;
        return read === text;
      }),
    );
  });
});
