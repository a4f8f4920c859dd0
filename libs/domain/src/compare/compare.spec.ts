import { costRatio } from '@cooperage/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { alignSteps, type ComparedStep } from './align-steps.js';
import { compareLayers } from './compare-layers.js';
import { compareValues } from './compare-values.js';
import { mergeByKey } from './merge-by-key.js';

const step = (title: string, changes: Partial<ComparedStep> = {}): ComparedStep => ({
  ...{ ordinal: 1, title, stage: 'app', platform: null, cached: false, ms: 1000 },
  ...changes,
});
const changes = (a: readonly ComparedStep[], b: readonly ComparedStep[]) =>
  alignSteps(a, b).map((pair) => [pair.b?.title ?? pair.a?.title, pair.change]);

describe('two lists side by side', () => {
  const letters = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

  it('lose nothing, invent nothing, and keep the order of both', () => {
    fc.assert(
      fc.property(letters, letters, (a, b) => {
        const pairs = mergeByKey(a, b, (item) => item);
        expect(pairs.flatMap((pair) => pair.b ?? [])).toEqual(b);
        expect(pairs.flatMap((pair) => pair.a ?? []).toSorted()).toEqual(a.toSorted());
        for (const pair of pairs) if (pair.a !== null && pair.b !== null) expect(pair.a).toBe(pair.b);
      }),
    );
  });

  it('pair as many as can be paired', () => {
    fc.assert(
      fc.property(letters, (a) => {
        expect(mergeByKey(a, a.toReversed(), (item) => item).every((pair) => pair.a !== null && pair.b !== null)).toBe(
          true,
        );
      }),
    );
  });

  it('show what is gone where it stood', () => {
    const pairs = mergeByKey(['a', 'x', 'b', 'y'], ['a', 'b', 'n'], (item) => item);
    expect(pairs.map(({ a, b }) => `${a ?? '-'}${b ?? '-'}`)).toEqual(['aa', 'x-', 'bb', '-n', 'y-']);
  });

  it('R4-P10 take no longer for many of one key than for as many keys', () => {
    const list = Array.from({ length: 100_000 }, (_, at) => ({ at }));
    const work = (key: (item: { at: number }) => string) => () =>
      expect(mergeByKey(list, list, key)).toHaveLength(list.length);
    // By as many keys it is linear, and the slower of the two.
    const [ofOne, ofMany] = [work(() => 'RUN :'), work(({ at }) => `RUN ${at}`)];
    expect(costRatio(ofOne, ofMany, 2.5)).toBeLessThan(2.5);
  });
});

describe('the steps of two builds', () => {
  it('are added, gone, slower, faster, or the same', () => {
    const a = [step('RUN one'), step('RUN old'), step('RUN slow', { ms: 1000 }), step('RUN quick', { ms: 9000 })];
    const b = [
      step('RUN one', { ms: 1200 }),
      step('RUN slow', { ms: 4000 }),
      step('RUN quick', { ms: 900 }),
      step('RUN new'),
    ];
    expect(changes(a, b)).toEqual([
      ['RUN one', 'same'],
      ['RUN old', 'gone'],
      ['RUN slow', 'slower'],
      ['RUN quick', 'faster'],
      ['RUN new', 'added'],
    ]);
  });

  it('that lost their cache say whether one before them was the reason', () => {
    const cached = { cached: true, ms: 0 };
    const a = ['COPY . .', 'RUN build', 'RUN test'].map((title) => step(title, cached));
    const pairs = alignSteps(a, [...a.map(({ title }) => step(title)), step('RUN x', { stage: 'other' })]);
    expect(pairs.map((pair) => [pair.change, pair.afterEarlier])).toEqual([
      ['lost_cache', false],
      ['lost_cache', true],
      ['lost_cache', true],
      ['added', false],
    ]);
    expect(changes([step('RUN a')], [step('RUN a', cached)])).toEqual([['RUN a', 'gained_cache']]);
  });

  it('are the same whatever their spaces, and never those of another platform', () => {
    expect(changes([step('RUN  a\n b')], [step('RUN a b')])[0]?.[1]).toBe('same');
    expect(
      changes([step('RUN a', { platform: 'linux/amd64' })], [step('RUN a', { platform: 'linux/arm64' })]),
    ).toHaveLength(2);
  });
});

describe('a base image', () => {
  it('is the same step when its digest has moved, and is never called slow or lost', () => {
    const base = (digit: string) => `FROM docker.io/library/node:24@sha256:${digit.repeat(64)}`;
    expect(changes([step(base('a'), { cached: true })], [step(base('b'), { ms: 90_000 })])).toEqual([
      [base('b'), 'same'],
    ]);
  });
});

describe('values and layers', () => {
  it('stand side by side, whatever they are called', () => {
    expect(compareValues({ A: '1', B: '2' }, { B: '3', __proto__x: 'y', constructor: 'z' })).toEqual([
      { name: 'A', a: '1', b: null },
      { name: 'B', a: '2', b: '3' },
      { name: '__proto__x', a: null, b: 'y' },
      { name: 'constructor', a: null, b: 'z' },
    ]);
  });

  it('of the same bytes are the same layer', () => {
    const layer = (digest: string) => ({ digest, sizeBytes: 5, createdBy: null });
    expect(
      compareLayers([layer('1'), layer('2')], [layer('1'), layer('3')]).map(({ digest, change }) => digest + change),
    ).toEqual(['1same', '3added', '2gone']);
  });
});
