import type { StepView } from '@cooperage/db';
import { expect, it } from 'vitest';
import { inFileOrder } from './file-order.js';

const step = (ordinal: number, stage: string, name: string, beganMs: number | null, internal = false): StepView => ({
  ...{
    ordinal,
    stage,
    name,
    internal,
    vertexId: `v${ordinal}`,
    target: null,
    platform: null,
    cached: false,
    error: null,
  },
  ...{ startedAt: beganMs === null ? null : new Date(beganMs), completedAt: null, startLine: null, endLine: null },
});

it('steps stand as in their file, whatever the order in which the builder came upon them', () => {
  const steps = [
    step(1, 'app', '[app 3/3] RUN last', null),
    step(2, 'app', '[app 2/3] COPY --from=tools a b', 900),
    step(3, 'tools', '[tools 2/2] RUN tool', 100),
    step(4, 'app', '[app 1/3] FROM busybox', 10),
    step(5, 'tools', '[tools 1/2] FROM node', 20),
    step(6, '', '[internal] load context', 0, true),
  ];
  expect(inFileOrder(steps).map(({ ordinal }) => ordinal)).toEqual([4, 5, 2, 1, 3]);
});
