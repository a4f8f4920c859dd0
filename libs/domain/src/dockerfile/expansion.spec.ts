// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Dockerfiles are full of them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandVariables } from '../cache/reason/expand-variables.js';
import { planDockerfile } from '../cache/reason/step-plan.js';
import { expandedLength } from './expanded-length.js';
import { measureExpansion } from './expansion.js';
import { commaFields, namedValues, quotedWords } from './instruction-words.js';
import { readInstructions } from './instructions.js';

const names = ['A', 'B', 'C', 'D'];
const name = fc.constantFrom(...names);
const plain = fc.constantFrom('x', '.é', '-', '/', 'ab', '.\u{1f6a2}', '\\$', '$.', '.', '');
const reference = fc.oneof(
  name.map((it) => `$${it}`),
  name.map((it) => `\${${it}}`),
  fc
    .tuple(name, fc.constantFrom(':-', '-', ':+', '+'), fc.constantFrom('', 'w', 'other words'))
    .map(([it, sign, word]) => `\${${it}${sign}${word}}`),
);
const word = fc.array(fc.oneof(plain, reference), { maxLength: 12 }).map((parts) => parts.join(''));
const reading = { escape: '\\', quotes: true };
const measure = (text: string, buildArgs = {}) => {
  const content = Buffer.from(text);
  return measureExpansion(content, readInstructions(content), { buildArgs, from: [], spentBytes: 0 });
};

describe('R7-C2 the length of a text with its variables put in place', () => {
  it('is never less than what they come to', () => {
    const values = fc.dictionary(name, fc.string({ maxLength: 30, unit: 'binary' }));
    fc.assert(
      fc.property(word, values, (text, held) => {
        const lookup = (it: string) => (Object.hasOwn(held, it) ? held[it] : undefined);
        const { bytes } = expandedLength(text, (it) => Buffer.byteLength(lookup(it) ?? ''), reading);
        expect(bytes).toBeGreaterThanOrEqual(Buffer.byteLength(expandVariables(text, lookup) ?? ''));
      }),
    );
  });

  it('is never less than what the variables of a whole Dockerfile come to', () => {
    const line = fc.tuple(fc.constantFrom('ENV', 'ARG', 'ONBUILD ARG'), name, word);
    const lines = (all: [string, string, string][]) =>
      all.map(([keyword, it, text]) => `${keyword} ${it}=${text.replaceAll(' ', '_')}\n`).join('');
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 4 }),
        fc.array(line, { maxLength: 8 }),
        fc.dictionary(name, fc.string()),
        (outer, inner, given) => {
          const globals = outer.map(([, it, text]): [string, string, string] => ['ARG', it, text]);
          const text = `${lines(globals)}FROM scratch AS s\n${lines(inner)}RUN true\nFROM s\nARG ${names.join(' ')}\nRUN true\n`;
          const { known, excess } = measure(text, given);
          // It is measured up to there, and no such Dockerfile is built.
          if (excess) return;
          for (const { variables } of planDockerfile(text, given).steps)
            for (const [it, value] of variables)
              expect(known.values.get(it)).toBeGreaterThanOrEqual(Buffer.byteLength(value));
        },
      ),
    );
  });

  it.each([
    ['$x', 100],
    ['${x}y', 101],
    ['${x:-$y}', 100],
    ['${x:+$y}', 100],
    ['${none:-word}', 14],
    ['${x#a*}', 100],
    ['${x/a/$y}', 110],
    ['${x//a/$y}', 100 + 101 * 10],
    ['${x//a/${y//b/$y}}', 100 + 101 * (10 + 11 * 10)],
    ["'$x'", 4],
    ["\"$x'\"'$x'", 107],
    ['\\$x', 3],
    ['$$x', 3],
    ['é$é', 5],
  ])('%s has at most %i bytes', (text, most) => {
    const lengths: Record<string, number> = { x: 100, y: 10 };
    expect(expandedLength(text, (it) => lengths[it] ?? 0, reading).bytes).toBe(most);
  });

  it('counts what is put in place before a text breaks', () => {
    for (const text of ["$x$x'", '$x${', '"$x', '${x^}$x', '${y:-$x'])
      expect(expandedLength(text, () => 1_000, reading).bytes).toBeGreaterThanOrEqual(
        text.startsWith('${x') ? 0 : 1_000,
      );
  });

  it('V7-L5 counts no more than the text for names before FROM that neither a line nor the engine sets', () => {
    const six = (it: string) => `\${${it}}`.repeat(6);
    const globals = (first: string) =>
      `ARG A=${six(first)}\nARG B=${six('A')}\nARG C=${six('B')}\nARG D=${six('C')}\nFROM i`;
    expect(measure(`${globals('none')}:$none-$D\n`).excess).toBeNull();
    for (const own of ['TARGETPLATFORM', 'BUILDARCH'])
      expect(measure(globals(own)).excess).toMatchObject({ kind: 'value', name: 'D' });
  });

  it('V7-L5 counts names of the engine before FROM with what is given for them', () => {
    const given = { TARGETOS: 'x'.repeat(60_000), none: 'x'.repeat(60_000) };
    const inStage = (it: string) => measure(`ARG A=$${it}$${it}\nFROM i\nARG A\n`, given).known.values.get('A');
    expect(inStage('TARGETOS')).toBe(120_000);
    // No less than its text.
    expect(inStage('none')).toBe('$none$none'.length);
  });

  it('stays a number, however large', () => {
    const text = `${'${x//a/'.repeat(90)}$x${'}'.repeat(90)}`;
    const { bytes, work } = expandedLength(text, () => 2 ** 30, reading);
    expect([bytes, work].every(Number.isSafeInteger)).toBe(true);
  });
});

describe('the words of an instruction', () => {
  it('keep their quotes', () => {
    expect(quotedWords('a="b c" d\\ e \'f\\\' g\\', '\\')).toEqual(['a="b c"', 'd\\ e', "'f\\'", 'g']);
    expect(quotedWords('a=`" b', '`')).toEqual(['a=`"', 'b']);
  });

  it('are names and values', () => {
    expect(namedValues('A=1 B="2 3"', '\\')).toEqual([
      ['A', '1'],
      ['B', '"2 3"'],
    ]);
    expect(namedValues('A  1 B=2', '\\')).toEqual([['A', '1 B=2']]);
  });

  it('are fields between commas', () => {
    expect(commaFields('a=b,"c=d,""e""",f')).toEqual(['a=b', 'c=d,"e"', 'f']);
    expect(commaFields('')).toEqual(['']);
  });
});
