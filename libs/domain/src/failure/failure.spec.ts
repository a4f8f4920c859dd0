import { describe, expect, it } from 'vitest';
import { BuildFailure } from './build-failure.js';
import { type FailureCode, failureCatalogue, failureEntry, isFailureCode } from './catalogue.js';

const codes = Object.keys(failureCatalogue) as FailureCode[];

describe('the failure catalogue', () => {
  it('holds every reason of the design', () => {
    const design =
      'SourceAccessDenied RefNotFound ContextNotFound DockerfileNotFound DockerfileInvalid InvalidBuildConfig ' +
      'ReservedBuildArg StepFailed StepOutOfMemory StepProcessLimit DiskLimit FetchLimit DiskFull OutputLimit SecretLeak PolicyRefused RegistryAccessDenied ' +
      'RegistryUnavailable PushRejected EngineUnavailable SigningUnavailable VerificationFailed WorkerLost TimedOut';
    expect(codes).toEqual(expect.arrayContaining(design.split(' ')));
  });

  it.each(codes)('%s tells a person what to do', (code) => {
    expect(failureEntry(code).advice).toMatch(/^[A-Z].*[.]$/);
    expect(['user', 'platform', 'external']).toContain(failureEntry(code).blame);
  });

  it('never tries again by itself what the user has to change', () => {
    expect(codes.filter((code) => failureEntry(code).blame === 'user' && failureEntry(code).retryable)).toEqual([]);
  });

  it('is closed', () => {
    expect(['StepFailed', 'stepFailed', 'constructor', '__proto__', ''].map(isFailureCode)).toEqual([
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('BuildFailure', () => {
  it('reports code, message and place, and keeps its cause to itself', () => {
    const cause = new Error('/var/lib/secret');
    const failure = new BuildFailure('StepFailed', 'npm ci failed', { place: { file: 'Dockerfile', line: 12 }, cause });
    expect(failure.report()).toEqual({
      code: 'StepFailed',
      message: 'npm ci failed',
      place: { file: 'Dockerfile', line: 12 },
    });
    expect([failure.cause, failure.retryable]).toEqual([cause, false]);
    expect(new BuildFailure('WorkerLost', 'lost').report()).toEqual({ code: 'WorkerLost', message: 'lost' });
  });
});
