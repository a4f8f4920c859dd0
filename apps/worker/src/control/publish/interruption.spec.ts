import { BuildFailure } from '@cooperage/domain';
import { RegistryError } from '@cooperage/oci';
import { describe, expect, it, vi } from 'vitest';
import type { Faults } from './faults-in-a-row.js';
import { judgeInterruption } from './interruption.js';

const inARow = (faults: Faults) => () => faults;
const young = inARow({ attempts: 1, ageMs: 5_000 });
const old = inARow({ attempts: 60, ageMs: 700_000 });
const refused = Object.assign(new Error('connect'), { code: 'ECONNREFUSED' });
const away = new RegistryError('unavailable', 'no answer', { cause: refused });

describe('an interrupted publication', () => {
  it('waits for a registry, longer and longer, and fails when it has waited for ten minutes', () => {
    expect(judgeInterruption(away, young, false)).toMatchObject({
      ends: false,
      waitReason: 'registry_unavailable',
      retryInMs: 1_000,
    });
    expect(judgeInterruption(away, inARow({ attempts: 30, ageMs: 300_000 }), false)).toMatchObject({
      retryInMs: 15_000,
    });
    expect(judgeInterruption(away, old, false)).toMatchObject({ ends: true, failure: { code: 'RegistryUnavailable' } });
  });

  it('behind the gate never ends by a failure, whatever it meets and however long', () => {
    const errors = [
      away,
      new RegistryError('rejected', 'no'),
      new BuildFailure('VerificationFailed', 'x'),
      new Error('x'),
    ];
    for (const error of errors) expect(judgeInterruption(error, old, true)).toMatchObject({ ends: false });
  });

  it('ends at once where waiting cannot help', () => {
    const refusals = [
      new BuildFailure('SecretLeak', 'leak'),
      new BuildFailure('VerificationFailed', 'no'),
      new RegistryError('invalid', 'more than 500 layers', { code: 'TOO_LARGE' }),
    ];
    expect(refusals.map((error) => judgeInterruption(error, young, false))).toMatchObject([
      { ends: true, failure: { code: 'SecretLeak' } },
      { ends: true, failure: { code: 'VerificationFailed' } },
      { ends: true, failure: { code: 'PolicyRefused' } },
    ]);
  });

  it('by a defect of ours is tried again for as long, then ends without its inside shown', () => {
    const defect = new TypeError('cannot read /srv/keys');
    expect(judgeInterruption(defect, young, false)).toMatchObject({ ends: false, waitReason: 'internal_error' });
    const verdict = judgeInterruption(defect, old, false);
    expect(verdict).toMatchObject({ ends: true, failure: { code: 'InternalError' } });
    expect(JSON.stringify(verdict.failure?.report())).not.toContain('/srv');
  });

  it('does not count an outage of the database against the build', () => {
    const note = vi.fn(old);
    expect(judgeInterruption(refused, note, false)).toMatchObject({ ends: false, failure: null });
    expect(note).not.toHaveBeenCalled();
    expect(judgeInterruption(away, inARow({ attempts: 2, ageMs: 3_600_000 }), false)).toMatchObject({ ends: false });
  });
});
