import { expect, it } from 'vitest';
import { bodyTree, openAtFirst, shownLines } from './body-tree';

it('lays a body out in lines, each with its place', () => {
  const tree = bodyTree('{"ref":"x","commits":[{"id":1}],"deleted":false}');
  expect(tree?.cut).toBe(false);
  expect(tree?.lines.map(({ key, depth, kind, value, parts }) => [key, depth, kind, value, parts])).toEqual([
    ['$', 0, 'object', null, 3],
    ['$.ref', 1, 'text', 'x', 0],
    ['$.commits', 1, 'list', null, 1],
    ['$.commits.0', 2, 'object', null, 1],
    ['$.commits.0.id', 3, 'number', '1', 0],
    ['$.deleted', 1, 'word', 'false', 0],
  ]);
});

it('is closed below the first level, and shows what is opened', () => {
  const { lines } = bodyTree('{"a":{"b":{"c":1}},"d":2}')!;
  const open = openAtFirst(lines);
  expect(shownLines(lines, open).map(({ name }) => name)).toEqual(['', 'a', 'd']);
  expect(shownLines(lines, open.add('$.a')).map(({ name }) => name)).toEqual(['', 'a', 'b', 'd']);
  expect(shownLines(lines, new Set()).map(({ name }) => name)).toEqual(['']);
});

it('S-022 takes what is no JSON, what is huge and what is deep as it comes', () => {
  expect(bodyTree('payload=%7B%7D')).toBeNull();
  const huge = bodyTree(JSON.stringify(Array.from({ length: 5000 }, (_, at) => at)))!;
  expect([huge.lines.length, huge.cut]).toEqual([2000, true]);
  const deep = bodyTree(`${'['.repeat(500)}${']'.repeat(500)}`)!;
  expect(deep.cut).toBe(true);
  expect(bodyTree('{"__proto__":{"x":1}}')!.lines.map(({ name }) => name)).toEqual(['', '__proto__', 'x']);
});
