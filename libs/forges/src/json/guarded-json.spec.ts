import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '../slices.js';
import { parseGuardedJson } from './guarded-json.js';
import { GuardedJsonError } from './guarded-json-error.js';
import { jsonBounds } from './structure.js';

const parse = (text: string) => atOnce(parseGuardedJson(Buffer.from(text)));
const nested = (depth: number, open: string, close: string) => open.repeat(depth) + close.repeat(depth);
const withKeys = (count: number) => `{${Array.from({ length: count }, (_, i) => `"k${i}":1`).join(',')}}`;

describe('parseGuardedJson', () => {
  it('gives what JSON.parse gives for JSON with unique keys', () => {
    fc.assert(
      fc.property(fc.jsonValue({ depthSize: 'medium' }), fc.constantFrom(undefined, 1, '\t'), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        if (/__proto__|constructor|prototype/.test(text)) return;
        expect(parse(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('never crashes, and refuses with its own error only', () => {
    const pieces = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      '"a"',
      '"\\""',
      ' ',
      '1',
      'null',
      '\\u',
      'd800',
    );
    const texts = fc.oneof(
      fc.array(pieces, { maxLength: 60 }).map((parts) => Buffer.from(parts.join(''))),
      fc.uint8Array(),
    );
    fc.assert(
      fc.property(texts, (bytes) => {
        try {
          atOnce(parseGuardedJson(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(GuardedJsonError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('S-008 refuses a depth of 100,000, and takes the last allowed depth', () => {
    expect(() => parse(nested(100_000, '[', ']'))).toThrow('deeper than 64');
    expect(() => parse('{"a":'.repeat(100_000))).toThrow('deeper than 64');
    expect(() => parse(nested(jsonBounds.depth + 1, '[', ']'))).toThrow(GuardedJsonError);
    expect(parse(nested(jsonBounds.depth, '[', ']'))).toBeInstanceOf(Array);
  });

  it('S-008 refuses a million keys, and takes the last allowed number', () => {
    expect(() => parse(withKeys(1_000_000))).toThrow('more than 100000 keys');
    expect(() => parse(`[${'{"a":1},'.repeat(jsonBounds.keys)}{"a":1}]`)).toThrow('more than 100000 keys');
    expect(Object.keys(parse(withKeys(jsonBounds.keys)) as object)).toHaveLength(jsonBounds.keys);
  });

  it('R5-A4 refuses more values than a push has, whatever they are, and takes the last allowed number', () => {
    const valuesIn = (value: string, count: number) => `[${`${value},`.repeat(count - 2)}${value}]`;
    for (const value of ['{}', '[]', '""', '1', 'x'])
      expect(() => parse(valuesIn(value, jsonBounds.values + 1))).toThrow('more than 1000000 values');
    const padding = `"padding":"${'p'.repeat(1024 * 1024)}"`;
    const long = parse(`{${padding},"a":${valuesIn('1', 100_000)},"b":{"c":[true,"",null,{}]}}`);
    expect(long).toHaveProperty('b.c', [true, '', null, {}]);
  });

  it.each(['{"a":1,"a":2}', '{"a":1,"\\u0061":2}', '[{"x":{"a":1,"b":{"a":1},"a" : 2}}]'])(
    'S-008 refuses the same key twice: %s',
    (text) => {
      expect(() => parse(text)).toThrow('the same key twice');
    },
  );

  it('S-008 takes the same key in two objects, and the same text as a value', () => {
    expect(parse('{"a":"a","b":{"a":["a","a"]}}')).toEqual({ a: 'a', b: { a: ['a', 'a'] } });
  });

  it.each([
    '{"__proto__":{"x":1}}',
    '{"__pr\\u006fto__":1}',
    '{"a":[{"constructor":{"prototype":{"x":1}}}]}',
    '{"prototype":1}',
  ])('S-008 refuses keys that pollute: %s', (text) => {
    expect(() => parse(text)).toThrow('not allowed');
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('S-008 takes such words as values', () => {
    expect(parse('["__proto__","constructor"]')).toEqual(['__proto__', 'constructor']);
  });

  it.each([
    ['a byte order mark', [0xef, 0xbb, 0xbf, 0x7b, 0x7d]],
    ['UTF-16', [0xff, 0xfe, 0x7b, 0, 0x7d, 0]],
    ['invalid UTF-8', [0x22, 0xff, 0x22]],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22]],
    ['a surrogate in UTF-8', [0x22, 0xed, 0xa0, 0x80, 0x22]],
    ['a cut character', [0x22, 0xe2, 0x82, 0x22]],
    ['a NUL', [0x22, 0x00, 0x22]],
    ['nothing', []],
  ])('S-009 refuses %s', (_what, bytes) => {
    expect(() => atOnce(parseGuardedJson(Uint8Array.from(bytes)))).toThrow(GuardedJsonError);
  });

  it.each(['"\\ud800"', '{"a":["\\uDC00x"]}', '{"\\ud800":1}', '"\\ud83d\\ud83d\\ude00"'])(
    'S-009 refuses the lone surrogate in %s',
    (text) => {
      expect(() => parse(text)).toThrow('lone surrogate');
    },
  );

  it('S-009 takes a surrogate pair, and an escaped backslash before "ud800"', () => {
    expect(parse('"\\ud83d\\ude00"')).toBe('😀');
    expect(parse('"\\\\ud800"')).toBe('\\ud800');
  });

  it('says nothing of the text', () => {
    const message = (text: string) => {
      try {
        parse(text);
      } catch (error) {
        return String(error);
      }
      throw new Error('expected a refusal');
    };
    for (const text of ['{"canary":canary}', '{"canary":1,"canary":2}', '"canary\\ud800"'])
      expect(message(text)).not.toContain('canary');
  });
});
