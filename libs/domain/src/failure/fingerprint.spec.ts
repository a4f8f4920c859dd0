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

  it('groups by the line that says why, whatever is another in it each time', () => {
    const step = { step: 'RUN npm test', exitCode: 1 };
    const because = (text: string, number = 9): string =>
      failureFingerprint({ code: 'StepFailed', message: 'The step ended.', place: step, logLine: { number, text } });
    const one = because('Error: connect ECONNREFUSED 127.0.0.1:5432 after 1.5 s in /tmp/run-x1b/app', 9);
    expect(because('Error: connect ECONNREFUSED 127.0.0.1:6543 after 12 s in /tmp/run-77/q/app', 4711)).toBe(one);
    expect(because('Error: connect ETIMEDOUT 127.0.0.1:5432 after 1.5 s in /tmp/run-x1b/app')).not.toBe(one);
    expect(failureFingerprint({ code: 'StepFailed', message: 'The step ended.', place: step })).not.toBe(one);
  });

  it('does not see ids, times, numbers and temporary names, wherever they stand', () => {
    const word = fc.constantFrom('cannot', 'find', 'module', 'exports', "'./missing.js'", '(', 'at');
    const hex = fc.stringMatching(/^[a-f]{0,6}\d[0-9a-f]{7,30}$/);
    const variable = fc.oneof(
      fc.tuple(fc.constant('#'), fc.nat().map(String)),
      fc.tuple(fc.constant('id'), hex),
      fc.tuple(fc.constant('uuid'), fc.uuid()),
      fc.tuple(
        fc.constant('time'),
        fc.date({ noInvalidDate: true, min: new Date(0), max: new Date(4e12) }).map((date) => date.toISOString()),
      ),
      fc.tuple(
        fc.constant('tmp'),
        fc.stringMatching(/^[a-z0-9]{1,12}$/).map((name) => `/tmp/${name}/file`),
      ),
    );
    const part = fc.oneof(
      word.map((text) => ({ kind: text, text })),
      variable.map(([kind, text]) => ({ kind, text })),
    );
    const again = (kind: string): fc.Arbitrary<string> =>
      variable.filter(([other]) => other === kind).map(([, text]) => text);
    const two = fc
      .array(part, { maxLength: 8 })
      .chain((parts) =>
        fc.tuple(
          fc.constant(parts.map(({ text }) => text)),
          fc.tuple(
            ...parts.map(({ kind, text }) =>
              ['#', 'id', 'uuid', 'time', 'tmp'].includes(kind) ? again(kind) : fc.constant(text),
            ),
          ),
        ),
      );
    fc.assert(
      fc.property(two, ([one, other]) => {
        expect(failed(one.join(' '))).toBe(failed(other.join(' ')));
      }),
    );
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
