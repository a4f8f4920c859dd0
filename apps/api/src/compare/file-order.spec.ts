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

it('R4-P10 each step is looked at as often, however many there are', () => {
  const looksAtEach = (count: number) => {
    let looks = 0;
    const steps = Array.from({ length: count }, (_, at) => {
      const { name, ...rest } = step(at, `s${at % 7}`, `[s${at % 7} ${(at * 7919) % count}/${count}] RUN :`, 0);
      const counted = {
        get name() {
          looks++;
          return name;
        },
      };
      return Object.defineProperties(rest, Object.getOwnPropertyDescriptors(counted)) as StepView;
    });
    expect(inFileOrder(steps)).toHaveLength(count);
    return looks / count;
  };
  expect(looksAtEach(2_000)).toBe(looksAtEach(100));
});
