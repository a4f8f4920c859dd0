import { get } from 'node:http';
import { BuildFailure } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { reachesNear } from './near-fetches.js';

const refused = new BuildFailure(
  'StepFailed',
  'Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: connect: connection refused.',
);
const urlOf = (dockerfile: string) => /ADD (\S+) /.exec(dockerfile)![1]!;

/** An engine that comes and reads, as one without a filter does. */
const comes = (dockerfile: string) =>
  new Promise<void>((resolve, reject) => {
    get(urlOf(dockerfile), (answer) => answer.resume().once('end', resolve)).once('error', reject);
  });

describe('R-C2 what an engine that is asked to fetch from this process is found to do', () => {
  it('is to reach it, where it comes', async () => {
    expect(await reachesNear(comes)).toBe('reached');
  });

  it('is to be refused, where each connection is refused', async () => {
    expect(await reachesNear(() => Promise.reject(refused))).toBe('refused');
  });

  it('is to be refused too, where it has no IPv6', async () => {
    const why = 'Get "http://[::1]:1/x": dial tcp [::1]:1: connect: cannot assign requested address.';
    const errors = [refused, new BuildFailure('StepFailed', why)];
    expect(await reachesNear(() => Promise.reject(errors.shift() ?? refused))).toBe('refused');
  });

  it.each([
    new BuildFailure('EngineUnavailable', 'The build was stopped.'),
    new BuildFailure('StepFailed', 'Get "http://127.0.0.1:1/x": dial tcp 127.0.0.1:1: i/o timeout.'),
    new BuildFailure('DiskFull', 'The builder has no space left.'),
    new DOMException('The operation was aborted due to timeout', 'TimeoutError'),
  ])('is not known, where the try ends by something else: $message', async (error) => {
    expect(await reachesNear(() => Promise.reject(error))).toBe('unknown');
  });

  it('is not known either where only some of the tries ended by a refusal', async () => {
    const errors = [refused, new BuildFailure('EngineUnavailable', 'The build was stopped.')];
    expect(await reachesNear(() => Promise.reject(errors.shift() ?? refused))).toBe('unknown');
  });

  it('is to reach it all the same, where it comes to one address and is not done in time with another', async () => {
    const tries = [() => Promise.reject(new Error('stopped')), comes];
    expect(await reachesNear((dockerfile) => (tries.shift() ?? comes)(dockerfile))).toBe('reached');
  });
});
