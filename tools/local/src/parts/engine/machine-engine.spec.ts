import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { CHECKOUT } from '../../checkout.ts';
import type { Choice } from '../choice.ts';
import { machineEngineProblems } from './machine-engine.ts';

const host = { docker: '/usr/bin/docker', url: 'unix:///var/run/docker.sock', version: '28.0.0' };
const problems = machineEngineProblems({ kind: 'container', host, obstacle: 'there is no Go' });
const others: readonly Choice[] = [
  { kind: 'embedded' },
  { kind: 'external', address: 'tcp://b:1' },
  { kind: 'missing', advice: 'start one' },
];

it('R12A-1 R19B-1 says of a Docker engine what it does not check, and what to use, and nothing of any other engine', () => {
  expect(problems).toContainEqual(
    expect.stringMatching(/who may push a branch .* use docker-compose\.yml, or BuildKit \d/s),
  );
  expect(problems).toContainEqual(
    expect.stringMatching(/who may push a branch can exchange files .* use docker-compose\.yml/s),
  );
  expect(others.flatMap(machineEngineProblems)).toEqual([]);
});

it('V13A-4 says of a Docker engine that builds have no rules and limits there, and why it is used', () => {
  expect(problems[0]).toMatch(/^it is used because there is no Go; it has no network rules and no limits /);
});

it('R12A-1 names the version of BuildKit that the workers page names', () => {
  const domain = readFileSync(path.join(CHECKOUT, 'libs/domain/src/worker/verified-layers.ts'), 'utf8');
  const floor = /verifiedLayersFloor = '([\d.]+)'/.exec(domain)?.[1];
  expect(problems.join('; ')).toContain(`BuildKit ${floor} or later`);
});
