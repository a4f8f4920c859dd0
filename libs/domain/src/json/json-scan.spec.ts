import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type JsonBounds, type JsonFault, JsonScan } from './json-scan.js';

const wide: JsonBounds = { depth: 100, keys: 1_000, values: 1_000 };
const utf8 = (text: string) => new TextEncoder().encode(text);

function faultIn(text: string, bounds: Partial<JsonBounds> = {}, step = Number.POSITIVE_INFINITY): JsonFault | null {
  const scan = new JsonScan(utf8(text), { ...wide, ...bounds });
  for (;;) {
    const fault = scan.scan(step);
    if (fault !== null || scan.isOver) return fault;
  }
}

/** What the scan has to find, counted in the parsed value. */
function sizeOf(value: unknown): JsonBounds {
  if (typeof value !== 'object' || value === null) return { depth: 0, keys: 0, values: 1 };
  const inner = Object.values(value).map(sizeOf);
  const sum = (of: (size: JsonBounds) => number) => inner.reduce((all, size) => all + of(size), 0);
  return {
    depth: 1 + Math.max(0, ...inner.map(({ depth }) => depth)),
    keys: (Array.isArray(value) ? 0 : inner.length) + sum(({ keys }) => keys),
    values: 1 + sum(({ values }) => values),
  };
}

describe('JsonScan', () => {
  it('R5-A3 counts what JSON.parse makes, in pieces of any length', () => {
    fc.assert(
      fc.property(
        fc.jsonValue({ depthSize: 'medium' }),
        fc.constantFrom(undefined, 1, '\t'),
        fc.integer({ min: 1, max: 20 }),
        (value, indent, step) => {
          const text = JSON.stringify(value, null, indent);
          const size = sizeOf(JSON.parse(text));
          expect(faultIn(text, size, step)).toBeNull();
          for (const what of ['depth', 'keys', 'values'] as const)
            if (size[what] > 0) expect(faultIn(text, { [what]: size[what] - 1 }, step)).toBe(what);
        },
      ),
    );
  });

  it.each([
    '{',
    '[1',
    '"a',
    '"a\\"',
    '}',
    '[}',
    '{]',
    '[1]]',
    '"a":1',
    '["a":1]',
    '{:1}',
    '{"a"::1}',
    '{1:1}',
    '{"a",:1}',
  ])('R5-A3 finds that %s is no JSON', (text) => {
    expect(faultIn(text)).toBe('form');
    expect(faultIn(text, {}, 1)).toBe('form');
  });

  it.each([
    ['no words', '1 1 1 1'],
    ['nothing between commas', '[,,,,]'],
    ['a text', '["[{,:\\"\\\\", "}]"]'],
  ])('takes %s for what it looks like', (_what, text) => {
    expect(faultIn(text, {}, 1)).toBeNull();
  });

  it('R5-A3 counts colons as keys only, so that none makes room for values', () => {
    expect(faultIn(`{${'"a":'.repeat(10)}${'1 '.repeat(11)}}`, { values: 10 })).toBe('values');
  });

  it('tells where keys and members are', () => {
    const heard: unknown[] = [];
    const text = '{"a": [1], "é" :{}}';
    const scan = new JsonScan(utf8(text), wide, {
      opened: (isObject, at) => heard.push(['opened', isObject, at]),
      closed: (at) => heard.push(['closed', at]),
      comma: (at) => heard.push(['comma', at]),
      key: (start, end) => heard.push(['key', start, end]),
    });
    expect(scan.scan(100)).toBeNull();
    expect(heard).toEqual([
      ['opened', true, 0],
      ['key', 1, 3],
      ['opened', false, 6],
      ['closed', 8],
      ['comma', 9],
      ['key', 11, 14],
      ['opened', true, 17],
      ['closed', 18],
      ['closed', 19],
    ]);
  });
});
