import { expect, it } from 'vitest';
import { packTargets, unpackTargets } from './target-records.js';

it('what targets were read is written down once where they have it in common, and read as it was', () => {
  const target = (name: string, dockerfile: string) => ({ name, dockerfile, contextDigest: `of ${name}` });
  const targets = [target('a', 'FROM x'), target('b', 'FROM own'), target('c', 'FROM x'), target('d', '')];
  const packed = packTargets('FROM own', targets);
  expect(packed.dockerfiles).toEqual(['FROM x', '']);
  expect(packed.targets.map(({ dockerfile }) => dockerfile)).toEqual([0, null, 0, 1]);
  expect(unpackTargets('FROM own', packed)).toEqual(targets);
});
