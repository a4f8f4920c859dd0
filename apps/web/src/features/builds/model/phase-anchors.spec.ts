import type { Step } from '@cooperage/contracts';
import { expect, it } from 'vitest';
import { phaseAnchor } from './phase-anchors';

const step = (ordinal: number, name: string, internal: boolean, changes: Partial<Step> = {}): Step => ({
  ...{
    ordinal,
    name,
    internal,
    stage: null,
    target: null,
    platform: null,
    cached: false,
    error: null,
    completedAt: null,
  },
  ...{ startedAt: '2026-01-01T00:00:00Z', startLine: null, endLine: null, usualMs: null },
  ...changes,
});
const steps = [
  step(1, '[internal] load build context', true),
  step(2, '[1/2] RUN a', false),
  step(3, '[2/2] RUN b', false),
  step(4, 'exporting to image', true),
];

it('each phase leads to where it begins in the log, or to the outcome', () => {
  expect(phaseAnchor('queued', steps)).toBeNull();
  expect(phaseAnchor('fetch', steps)).toBe(1);
  expect(phaseAnchor('build', steps)).toBe(2);
  expect(phaseAnchor('push', steps)).toBe(4);
  for (const name of ['inspect', 'sign', 'verify', 'publish'] as const)
    expect(phaseAnchor(name, steps)).toBe('outcome');
});

it('the build leads to the step that failed, and to nothing before there is one', () => {
  expect(phaseAnchor('build', steps.with(2, step(3, 'RUN b', false, { error: 'exit code 1' })))).toBe(3);
  expect(phaseAnchor('build', [step(1, 'RUN a', false, { startedAt: null })])).toBeNull();
  expect(phaseAnchor('push', [])).toBeNull();
});
