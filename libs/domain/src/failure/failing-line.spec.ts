import { readFileSync } from 'node:fs';
import path from 'node:path';
import { cpuTimeMs } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evidenceAround, evidenceLines, failingTailLines, findFailingLine, type PrintedLine } from './failing-line.js';

/** What a program printed that failed; how it came about stands in the README of this room. */
function failure(name: string): PrintedLine[] {
  const file = path.resolve(import.meta.dirname, '../../spec/failures', `${name}.txt`);
  const lines = readFileSync(file, 'utf8').replace(/\n$/, '').split('\n');
  return lines.map((line) => ({ stream: line.startsWith('1') ? 1 : 2, text: line.slice(2) }));
}
const said = (lines: readonly PrintedLine[]): string | undefined => lines[findFailingLine(lines) ?? -1]?.text;
const out = (...texts: readonly string[]): PrintedLine[] => texts.map((text) => ({ text, stream: 1 }));
const err = (...texts: readonly string[]): PrintedLine[] => texts.map((text) => ({ text, stream: 2 }));
const noise = (count: number): PrintedLine[] => out(...Array.from({ length: count }, (_, at) => `compiled part ${at}`));

describe('the line that says why a step failed', () => {
  it.each([
    ['npm-ci', /^npm error The `npm ci` command can only install/],
    ['npm-run-tsc', /^api\.ts\(1,14\): error TS2322/],
    ['apt-get', /^E: Unable to locate package/],
    ['pip', /^ERROR: Could not find a version/],
    ['python', /^json\.decoder\.JSONDecodeError: Expecting/],
    ['node', /^Error: Cannot find module/],
    ['make-cc', /^main\.c:2:20: error: expected/],
    ['go', /^\.\/main\.go:4:2: undefined: missing/],
    ['git', /^fatal: repository/],
    ['shell', /^sh: 1: no-such-program: not found/],
    ['cat', /^cat: no-such-file: No such file/],
    ['traced', /^\+ test -f/],
    ['quiet', /^giving up$/],
  ])('is found in what %s printed', (name, line) => {
    expect(said(failure(name))).toMatch(line);
  });

  it('is what the program said that another one ran, before what that one says', () => {
    const lines = [
      ...out('src/a.ts(3,1): error TS2304: no'),
      ...err('npm error code 2', 'npm error path /app', 'make: *** [all] Error 2'),
    ];
    expect(said(lines)).toBe('src/a.ts(3,1): error TS2304: no');
    expect(said(lines.slice(1))).toBe('make: *** [all] Error 2');
  });

  it('is the first of errors that stand together, and of the last ones that do', () => {
    const [one, other] = [
      err('a.c:1:1: error: one', 'a.c:2:1: error: two'),
      err('b.c:1:1: error: three', 'b.c:9:1: error: four'),
    ];
    expect(said([...one, ...noise(5), ...other])).toBe('a.c:1:1: error: one');
    expect(said([...one, ...noise(80), ...other])).toBe('b.c:1:1: error: three');
  });

  it('is not what was said long before the end: somebody went on after it', () => {
    expect(said([...err('fatal: no names found'), ...noise(300), ...err('no disk')])).toBe('no disk');
  });

  it('is the first exception of those that were raised because of it', () => {
    const lines = err(
      'Traceback (most recent call last):',
      '  File "a.py"',
      'KeyError: 1',
      '',
      'During handling of the above exception, another exception occurred:',
      '',
      'Traceback (most recent call last):',
      '  File "a.py"',
      'app.Broken',
    );
    expect(said(lines)).toBe('KeyError: 1');
  });

  it.each([
    '0 errors',
    'error handling tests passed',
    'no error: unknown warning',
    '✓ throws an error on failure',
    'warning: error in comment',
  ])('is not found by a word: %s', (words) => {
    expect(said([...out(words), ...noise(3)])).toBe('compiled part 2');
    expect(said([...err(words), ...err('gave up'), ...noise(3)])).toBe('gave up');
  });

  it('does not exist where nothing was printed', () => {
    expect(findFailingLine([])).toBeNull();
    expect(findFailingLine(out('', '   '))).toBeNull();
  });

  it('is one of those that were printed and says something, whatever was', () => {
    const line = fc.record({
      text: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('E: x', 'npm error code 1', '+ a')),
      stream: fc.constantFrom<1 | 2>(1, 2),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: failingTailLines }), (lines) => {
        const at = findFailingLine(lines);
        if (at === null) expect(lines.every(({ text }) => text.trim() === '')).toBe(true);
        else expect(lines[at]!.text.trim()).not.toBe('');
      }),
    );
  });

  it('S-090 is found in no time in lines that were made to be slow', () => {
    const hostile = [
      'a('.repeat(50_000),
      `${'x:1:'.repeat(50_000)}`,
      ' '.repeat(200_000),
      `thread '${"' '".repeat(50_000)}`,
      `${'1,1'.repeat(50_000)})`,
    ];
    const began = cpuTimeMs();
    findFailingLine(
      Array.from({ length: failingTailLines }, (_, at) => ({ text: hostile[at % hostile.length]!, stream: 2 })),
    );
    expect(cpuTimeMs() - began).toBeLessThan(2_000);
  });
});

describe('evidence', () => {
  it('holds the line, never more than is shown, and nothing that is not there', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.nat(2_000), (line, more) => {
        const count = line + 1 + more;
        const [from, to] = evidenceAround(line, count);
        expect(from).toBeLessThanOrEqual(line);
        expect(to).toBeGreaterThan(line);
        expect(to - from).toBeLessThanOrEqual(evidenceLines);
        expect(from).toBeGreaterThanOrEqual(0);
        expect(to).toBeLessThanOrEqual(count);
      }),
    );
  });
});
