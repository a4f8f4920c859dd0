import { describe, expect, it } from 'vitest';
import { blamed, type DiskSuspect, suspects } from './disk-blame.js';

const gibibyte = 1024 ** 3;

type Named = DiskSuspect & { readonly name: string };

/** Builds in the order of their begin. @param changes in GiB */
function builds(changes: Readonly<Record<string, Partial<DiskSuspect>>>): Named[] {
  return Object.entries(changes).map(
    ([name, { recent = 0, known = recent, fall = 0, isBlind = false, isHidden = false, shortages = 1 }], order) => ({
      ...{ name, isBlind, isHidden, shortages, order },
      ...{ recent: recent * gibibyte, known: known * gibibyte, fall: fall * gibibyte },
    }),
  );
}

describe('who is taken at once for the cause of what has gone', () => {
  it.each([
    ['nobody runs', {}, 57, null],
    ['one has brought more than others', { a: { recent: 2 }, b: { recent: 1 } }, 3, 'a'],
    ['hardly anything has gone', { a: { recent: 0.01 }, b: { isBlind: true } }, 0.01, null],
    ['it is unexplained, and all are seen', { a: { recent: 1 }, b: {} }, 57, null],
    ['it is unexplained, and one is blind', { a: { isBlind: true }, b: { recent: 1 } }, 57, 'a'],
    [
      'R22B-4 several are blind, the newest',
      { a: { isBlind: true, fall: 57 }, b: { isBlind: true, fall: 57 } },
      57,
      'b',
    ],
    [
      'R23B-2 who was there each time, and not who began anew',
      { a: { isBlind: true, fall: 57, shortages: 3 }, b: { isBlind: true, fall: 57, shortages: 1 } },
      57,
      'a',
    ],
    ['R23B-3 it is unexplained, and one is hidden', { a: { isHidden: true, fall: 57 } }, 57, null],
    ['R22B-4 the newest came too late', { a: { isBlind: true, fall: 57 }, b: { isBlind: true, fall: 3 } }, 57, 'a'],
  ] as const)('%s', (_what, running, gone, name) => {
    expect(blamed(builds(running), gone * gibibyte)?.who.name ?? null).toBe(name);
  });
});

describe('R22B-4 who may be the cause of a shortage that does not end', () => {
  it.each([
    ['all that ran meanwhile, the newest first', { a: { fall: 60 }, b: { fall: 57 } }, ['b', 'a']],
    ['first who was there for most of it', { a: { fall: 57 }, b: { fall: 57 }, c: { fall: 1 } }, ['b', 'a', 'c']],
    ['first of whom nobody knows', { a: { fall: 57, isBlind: true }, b: { fall: 57 } }, ['a', 'b']],
    ['R23B-3 first of whom nobody ever knows', { a: { fall: 57, isHidden: true }, b: { fall: 57 } }, ['a', 'b']],
    ['before them who explains it', { a: { fall: 57, known: 50 }, b: { fall: 57, isBlind: true } }, ['a', 'b']],
    ['not who began when the disk was as full', { a: { fall: 0.4, isBlind: true }, b: { fall: 57 } }, ['b']],
    [
      'R24A-2 before who was there each time: who explains it',
      { a: { fall: 57, shortages: 9 }, b: { fall: 57, known: 50, shortages: 1 } },
      ['b', 'a'],
    ],
    [
      'R24A-2 before who was there each time: who was there for the fall',
      { a: { fall: 3, shortages: 9 }, b: { fall: 57, shortages: 1 } },
      ['b', 'a'],
    ],
    [
      'R23B-2 among equals who was there each time',
      { a: { fall: 57, shortages: 2 }, b: { fall: 57, shortages: 1 } },
      ['a', 'b'],
    ],
    ['nobody where an operator filled it before', { a: { fall: 0 }, b: { fall: 0, isBlind: true } }, []],
  ] as const)('is %s', (_what, running, names) => {
    expect(suspects(builds(running), gibibyte / 2).map(({ who }) => who.name)).toEqual(names);
  });

  it('is told why it is that one', () => {
    expect(suspects(builds({ a: { fall: 9 }, b: { fall: 9, isBlind: true } }), 1).map(({ why }) => why)).toEqual([
      'of which nobody can see how much it fetches and writes',
      'which ran while the disk filled up',
    ]);
  });
});
