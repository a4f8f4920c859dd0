import { describe, expect, it } from 'vitest';
import type { StepState } from '../engine.js';
import { trialRequest } from '../testing/trial-request.js';
import { ownRecord } from './own-record.js';

const step = (name: string, inputs: string[] = ['below']): StepState => ({
  ...{ id: `id of ${name}`, name, ordinal: 1, platform: null, inputs, startedAt: null, completedAt: null },
  ...{ cached: false, error: null, internal: false, isBase: false, progressGroup: null },
  stage: /^\[(?:(\S+) )? *\d+\//.exec(name)?.[1] ?? null,
});
const request = trialRequest(
  'FROM busybox AS one\nWORKDIR /w\nRUN make\nFROM one\nADD https://a.test/b /\nCOPY --link a /a\n',
);
const base = `docker.io/library/busybox:latest@sha256:${'a'.repeat(64)}`;
const names = (...steps: StepState[]) => ownRecord(request, steps)?.map(({ name }) => name);

describe('what an engine recorded of a build', () => {
  it('D3 is its own where all steps are those of its Dockerfile', () => {
    const steps = [
      step('[internal] load build definition from Dockerfile', []),
      step(`[one 1/3] FROM ${base}`, []),
      step('[one 3/3] RUN make'),
      step('[stage-1 1/2] ADD https://a.test/b /', []),
      step('[stage-1 1/2] ADD https://a.test/b /'),
      step('[stage-1 2/2] COPY --link a /a'),
      step('[stage-1 2/2] LINK COPY --link a /a'),
      step('exporting to image', []),
    ];
    const ofDockerfile = steps.slice(1, -1);
    expect(names(...steps)).toEqual(ofDockerfile.map(({ name }) => name));
  });

  it('D3 has a base image by the name that its own Dockerfile gives it', () => {
    expect(names(step(`[secret 1/9] FROM ${base}`, []))).toEqual([`[one 1/3] FROM ${base}`]);
    const lone = trialRequest('FROM busybox\nRUN make\n');
    expect(ownRecord(lone, [step('[1/4] FROM docker.io/library/busybox:latest', [])])?.[0]?.name).toBe(
      '[1/2] FROM docker.io/library/busybox:latest',
    );
  });

  it.each([
    ['a stage that it does not have', [step('[secret 2/3] WORKDIR /w')]],
    ['another number of steps', [step('[one 2/4] WORKDIR /w')]],
    ['another instruction at the place', [step('[one 2/3] RUN make')]],
    ['a base image that it does not name', [step('[secret 1/1] FROM secret:latest@sha256:1', [])]],
    ['one place that is told of twice', [step('[one 3/3] RUN make'), { ...step('[one 3/3] RUN make'), id: 'theirs' }]],
  ])('D3 is not surely its own with %s', (_, steps) => {
    expect(names(...steps)).toBeUndefined();
  });
});
