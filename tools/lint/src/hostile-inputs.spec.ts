import { describe, expect, it } from 'vitest';
import { readHostileInputs, testsById, titlesIn } from './hostile-inputs.ts';

describe('every hostile input of builds', () => {
  it('has a test that is named by its id', () => {
    const rows = readHostileInputs();
    expect(rows.length).toBeGreaterThan(30);
    const tests = testsById();
    expect(rows.filter(({ id }) => !tests.has(id)).map(({ id, input }) => `${id} ${input}`)).toEqual([]);
  });

  it('stands on the page once', () => {
    const ids = readHostileInputs().map(({ id }) => id);
    expect(ids).toEqual([...new Set(ids)]);
  });
});

describe('a title', () => {
  it.each([
    ["it('S-033 refuses', () => {", ['S-033']],
    ["  ])('S-051, S-027: %j is %s', (change) => {", ['S-051', 'S-027']],
    ["    'S-110 keep a fork’s marker out, with %s',", ['S-110']],
  ])('is found in %s', (line, ids) => {
    expect(titlesIn('a.spec.ts', line)).toMatchObject([{ line: 1, ids }]);
  });

  it.each(['// S-033', ' * of links (S-034)', "const id = 'S-035';", "it('shows no S-1', () => {"])(
    'is none: %s',
    (line) => {
      expect(titlesIn('a.spec.ts', line)).toEqual([]);
    },
  );
});
