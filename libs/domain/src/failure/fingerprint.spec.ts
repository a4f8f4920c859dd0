import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureReport } from './build-failure.js';
import { failureFingerprint } from './fingerprint.js';

const failed = (message: string, place: FailureReport['place'] = {}): string =>
  failureFingerprint({ code: 'StepFailed', message, place });

describe('the fingerprint of a failure', () => {
  it('does not see what differs from build to build', () => {
    const step = 'RUN npm ci';
    expect(failed('x', { step: `[build 2/5] ${step}`, line: 4 })).toBe(
      failed('x', { step: `[build 3/6] ${step}`, line: 9 }),
    );
    expect(failed(`layer sha256:${'ab1'.repeat(20)} took 12.5 s`)).toBe(
      failed(`layer sha256:${'cd2'.repeat(20)} took 9.1 s`),
    );
    expect(failed('no /tmp/x-81ab/file\nat 12:00')).toBe(failed('no /tmp/y/file\nat 12:01'));
    expect(failed('run 01970000-0000-7000-8000-000000000000')).toBe(failed('run 01970000-0000-7000-8000-0000000000ff'));
  });

  it('sees cause, place, exit code and words', () => {
    const all = [
      failed('x'),
      failed('y'),
      failed('x', { step: 'RUN a' }),
      failed('x', { step: 'RUN b' }),
      failed('x', { step: 'RUN b', exitCode: 1 }),
      failed('x', { step: 'RUN b', exitCode: 2 }),
      failed('x', { file: 'Dockerfile', line: 2 }),
      failed('x', { file: 'Dockerfile', line: 3 }),
      failureFingerprint({ code: 'TimedOut', message: 'x' }),
    ];
    expect(new Set(all).size).toBe(all.length);
  });

  it('is sixteen digits for any report', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (message, step) => {
        expect(failed(message, { step })).toMatch(/^[0-9a-f]{16}$/);
      }),
    );
  });
});
