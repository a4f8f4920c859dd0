import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import { layersProblem } from './unverified-layers.ts';

it('R12A-1 says of a Docker engine what it does not check, and what to use, and nothing of any other engine', () => {
  const expected = /who may push a branch .* use docker-compose\.yml, or BuildKit \d/s;
  expect(layersProblem({ kind: 'container' })).toMatch(expected);
  for (const kind of ['embedded', 'external', 'missing'] as const) expect(layersProblem({ kind })).toBeUndefined();
});

it('R12A-1 names the version of BuildKit that the workers page names', () => {
  const domain = readFileSync(path.join(CHECKOUT, 'libs/domain/src/worker/verified-layers.ts'), 'utf8');
  const floor = /verifiedLayersFloor = '([\d.]+)'/.exec(domain)?.[1];
  expect(layersProblem({ kind: 'container' })).toContain(`BuildKit ${floor} or later`);
});
