import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proofEqual, secretEqual } from './proof-equal.js';

const source = new URL('..', import.meta.url).pathname;
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => ({ file, text: withoutComments(readFileSync(join(source, file), 'utf8')) }));

/** Names that hold nothing secret: one character or byte of a text, and fixed texts. */
const constants = ['code', 'byte', 'backslash', 'colon', 'equals', 'prefix', 'fieldName'];

describe('S-003 proofs are compared in constant time', () => {
  it('finds a difference in the first and in the last byte, and in the length', () => {
    const proof = Buffer.alloc(32, 7);
    const changed = (at: number) => proof.map((byte, index) => (index === at ? byte ^ 1 : byte));
    expect(proofEqual(proof, Buffer.from(proof))).toBe(true);
    expect(
      [changed(0), changed(31), proof.subarray(1), new Uint8Array()].map((given) => proofEqual(proof, given)),
    ).toEqual([false, false, false, false]);
  });

  it('compares secrets of any length', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (left, right) => {
        expect(secretEqual(left, right)).toBe(Buffer.compare(left, right) === 0);
        expect(secretEqual(left, Uint8Array.from(left))).toBe(true);
      }),
    );
  });

  it('timingSafeEqual is used in one file only, on equal lengths', () => {
    const users = files.filter(({ text }) => text.includes('timingSafeEqual')).map(({ file }) => file);
    expect(users).toEqual(['proof/proof-equal.ts']);
  });

  it('no file compares bytes or signatures in another way', () => {
    const forbidden = /Buffer\.compare|\.equals\(|localeCompare|Object\.is\(|indexOfPair/;
    expect(files.filter(({ text }) => forbidden.test(text)).map(({ file }) => file)).toEqual([]);
  });

  it('values are compared with literals and lengths only', () => {
    const found = files.flatMap(({ file, text }) =>
      valueComparisons(text).map((comparison) => `${file}: ${comparison}`),
    );
    expect(found).toEqual([]);
  });

  it('that rule sees a plain comparison', () => {
    const planted = "if (mac === signature) a !== b; if (x === null || y.length === n || kind !== 'push') ok();";
    expect(valueComparisons(planted)).toEqual(['mac === signature', 'a !== b']);
  });
});

/** Comparisons of two values of which neither is a literal or a length: how one would compare a proof by mistake. */
function valueComparisons(text: string): string[] {
  const all = [...text.matchAll(/([\w.'\]]+\)*) [!=]==? (\(*[\w.'[]+)/g)];
  return all.filter(([, left, right]) => !isHarmless(left!) && !isHarmless(right!)).map(([whole]) => whole!);
}

/** Literals, lengths, and fixed texts. */
function isHarmless(operand: string): boolean {
  const bare = operand.replace(/[()]/g, '');
  return /^(?:null|undefined|true|false|-?\d+|'.*|.*'|typeof|.*\.length)$/.test(bare) || constants.includes(bare);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
