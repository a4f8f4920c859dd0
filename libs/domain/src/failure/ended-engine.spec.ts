import { describe, expect, it } from 'vitest';
import { BuildFailure } from './build-failure.js';
import { blamed, lostBeforeSteps, lostInOwnWork } from './ended-engine.js';

const early = (step?: string) =>
  new BuildFailure('EngineUnavailable', lostBeforeSteps, { ...(step && { place: { step } }) });
const reading = early('[internal] load metadata for registry.example/large:1');
const late = new BuildFailure('EngineUnavailable', 'The connection to the builder was lost.');

describe('R6-A7 an engine that ended while it worked for a build by itself', () => {
  it('is the fault of the build the second time in a row, with the name of the image that was read', () => {
    const failure = blamed(reading, early().report());
    expect([failure.code, failure.retryable, failure.cause]).toEqual(['FetchLimit', false, reading]);
    expect(failure.message).toContain('registry.example/large:1');
  });

  it('R7-C2 is the fault of the build as well where no image was read', () => {
    expect(blamed(early(), reading.report())).toMatchObject({ code: 'PolicyRefused', retryable: false });
  });

  it('R7-C3 R7-C5 is the fault of the build as well where steps had begun, and the engine fetched or unpacked', () => {
    const unpacking = new BuildFailure('EngineUnavailable', lostInOwnWork, { place: { step: '[1/2] FROM a' } });
    for (const [failure, before] of [
      [unpacking, unpacking],
      [unpacking, early()],
      [early(), unpacking],
    ] as const)
      expect(blamed(failure, before.report())).toMatchObject({
        ...{ code: 'PolicyRefused', retryable: false, place: failure.place, cause: failure },
      });
    expect(blamed(unpacking, null)).toBe(unpacking);
    expect(blamed(unpacking, late.report())).toBe(unpacking);
    expect(blamed(late, unpacking.report())).toBe(late);
  });

  it.each([
    ['at the first time', reading, null],
    ['where the one before was lost later', reading, late.report()],
    ['where it is lost later itself', late, reading.report()],
    [
      'and is there again',
      new BuildFailure('RegistryUnavailable', 'Away.', { place: reading.place }),
      reading.report(),
    ],
  ])('is nobody’s fault %s', (_when, failure, before) => {
    expect(blamed(failure, before)).toBe(failure);
  });
});
