import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { proofEqual, secretEqual } from './proof-equal.js';

const source = new URL('..', import.meta.url).pathname;
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.spec.ts'))
  .map((file) => ({ file, text: readFileSync(join(source, file), 'utf8') }));

describe('S-003 proofs are compared in constant time', () => {
  it('finds a difference in the first and in the last byte, and in the length', () => {
    const proof = Buffer.alloc(32, 7);
    const changed = (at: number) => proof.map((byte, index) => (index === at ? byte ^ 1 : byte));
    expect(proofEqual(proof, Buffer.from(proof))).toBe(true);
    for (const other of [changed(0), changed(31), proof.subarray(1), new Uint8Array()])
      expect(proofEqual(proof, other)).toBe(false);
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

  it('no source of this library compares values in another way', () => {
    const found = files.flatMap(({ file, text }) => valueComparisons(text).map((code) => `${file}: ${code}`));
    expect(found).toEqual([]);
  });

  it('that rule sees every way in which a proof could be compared by mistake', () => {
    const allowed = "x === null || y.length !== n || kind === 'push' || typeof z !== 'string' || code === quote";
    const planted = [
      'mac === signature',
      "mac.digest('hex') != hex",
      'text[0] == given',
      'Buffer.compare(mac, signature)',
      'mac.equals(signature)',
      'Object.is(mac, signature)',
      'mac.localeCompare(signature)',
    ];
    expect(valueComparisons(allowed)).toEqual([]);
    for (const code of planted) expect(valueComparisons(code)).toEqual([code]);
  });
});

/** One character or byte of a text, and fixed texts: nothing secret. */
const harmlessNames = ['code', 'byte', 'quote', 'backslash', 'colon', 'equals', 'prefix', 'fieldName'];
const equalities = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
]);
const comparingMethods = ['compare', 'equals', 'is', 'localeCompare'];

/** Comparisons of two values of which neither is a literal, a length or a harmless name. */
function valueComparisons(text: string): string[] {
  const file = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (comparesValues(node)) found.push(node.getText(file));
    ts.forEachChild(node, visit);
  };
  visit(file);
  return found;
}

function comparesValues(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && equalities.has(node.operatorToken.kind))
    return !isHarmless(node.left) && !isHarmless(node.right);
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false;
  return comparingMethods.includes(node.expression.name.text);
}

function isHarmless(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node)) return isHarmless(node.expression);
  if (ts.isIdentifier(node)) return node.text === 'undefined' || harmlessNames.includes(node.text);
  if (ts.isPropertyAccessExpression(node)) return node.name.text === 'length';
  if (ts.isPrefixUnaryExpression(node)) return isHarmless(node.operand);
  return (
    ts.isTypeOfExpression(node) ||
    ts.isStringLiteralLike(node) ||
    ts.isNumericLiteral(node) ||
    [ts.SyntaxKind.NullKeyword, ts.SyntaxKind.TrueKeyword, ts.SyntaxKind.FalseKeyword].includes(node.kind)
  );
}
