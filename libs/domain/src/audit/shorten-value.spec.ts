import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './audit-chain.js';
import { maxAuditSideBytes, shortenValue } from './shorten-value.js';
import { isShortenedValue } from './shortened-value.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const many = (count: number, length: number) =>
  Object.fromEntries(Array.from({ length: count }, (_, at) => [`ARG_${at}`, `${at}`.padEnd(length, 'é')]));

describe('R5-A6 what an audit entry keeps of a value', () => {
  it('is the value itself where that is short', () => {
    for (const value of [null, true, 5, 'text', [], {}, { name: 'a', tags: ['x'], limits: { cpus: null } }])
      expect(shortenValue(value)).toEqual(value);
  });

  it('is size and hash of a long text, wherever it stands', () => {
    const long = 'é'.repeat(600);
    const shortened = { bytes: 1_200, sha256: sha256(long) };
    expect(shortenValue({ name: 'a', buildArgs: { A: long, B: 'b' }, list: [long] })).toEqual({
      ...{ name: 'a', list: [shortened] },
      buildArgs: { A: shortened, B: 'b' },
    });
  });

  it('leaves the small fields as they are where many short texts are large together', () => {
    const buildArgs = many(64, 400);
    const kept = shortenValue({ name: 'a', buildArgs, contextPath: '.' });
    expect(kept).toEqual({
      ...{ name: 'a', contextPath: '.' },
      buildArgs: { bytes: Buffer.byteLength(canonicalJson(buildArgs)), sha256: sha256(canonicalJson(buildArgs)) },
    });
  });

  it('tells two long values apart, whatever the order of their keys', () => {
    const of = (buildArgs: object) => (shortenValue({ buildArgs }) as { buildArgs: unknown }).buildArgs;
    const large = many(64, 8_000);
    expect(of(large)).toEqual(of(Object.fromEntries(Object.entries(large).reverse())));
    expect(of(large)).not.toEqual(of({ ...large, ARG_7: 'another' }));
  });

  it('is never larger than its bound', () => {
    for (const value of [many(64, 8_192), many(100_000, 1), many(100, 1_000), [many(64, 500)], 'x'.repeat(1_000_000)]) {
      const kept = shortenValue(value);
      expect(Buffer.byteLength(JSON.stringify(kept))).toBeLessThanOrEqual(maxAuditSideBytes);
      expect(JSON.stringify(kept)).toContain('sha256');
    }
  });

  it('is recognised where a value was shortened, and nowhere else', () => {
    expect(isShortenedValue(shortenValue('x'.repeat(2_000)))).toBe(true);
    const hash = sha256('x');
    for (const value of [null, 'text', {}, { bytes: '5', sha256: hash }, { bytes: 5, sha256: 'x' }])
      expect(isShortenedValue(value)).toBe(false);
    expect(isShortenedValue({ bytes: 5, sha256: hash, more: 1 })).toBe(false);
  });
});
