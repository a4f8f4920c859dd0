import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';

const folder = import.meta.dirname;

it('what pages import uses nothing of Node', () => {
  const foreign = [...reachable('predicates.ts')].flatMap((file) =>
    importsOf(file)
      .filter((name) => !name.startsWith('.'))
      .map((name) => `${file}: ${name}`),
  );
  expect(foreign).toEqual([]);
});

function reachable(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const relative = importsOf(file).filter((name) => name.startsWith('.'));
  for (const name of relative) reachable(join(dirname(file), name.replace(/\.js$/, '.ts')), seen);
  return seen;
}

function importsOf(file: string): string[] {
  const text = readFileSync(join(folder, file), 'utf8');
  return [...text.matchAll(/^(?:import|export)\b[^;]*?from '([^']+)'/gm)].map(([, name]) => name!);
}
