import { describe, expect, it } from 'vitest';
import { checkAdvice } from './check-advice.js';
import { answerWithinMs, type CheckRecord, checkNames, readCheck, takeWithinMs } from './installation-check.js';

const askedAt = new Date('2026-01-01T00:00:00Z');
const after = (ms: number) => new Date(askedAt.getTime() + ms);
const asked: CheckRecord = {
  ...{ name: 'builder', askedAt, takenAt: null, takenBy: null, answeredAt: null, finding: null },
};
const settings = { publicUrl: 'https://ci.example', registry: { host: 'registry.example:5000', insecure: true } };

describe('a check', () => {
  it('was never asked for, waits, or has been answered', () => {
    expect(readCheck('builder', null, askedAt).state).toBe('unasked');
    expect(readCheck('builder', asked, after(takeWithinMs - 1)).state).toBe('waiting');
    const finding = { code: 'ok', fact: 'Built in 0.8 s.', tookMs: 800 } as const;
    expect(readCheck('builder', { ...asked, finding }, after(1e9))).toMatchObject({ state: 'ok', tookMs: 800 });
    const bad = { ...finding, code: 'build_failed' } as const;
    expect(readCheck('builder', { ...asked, finding: bad }, askedAt).state).toBe('failed');
  });

  it('that nobody takes says after twenty seconds who was missing', () => {
    const reading = readCheck('builder', asked, after(takeWithinMs));
    expect(reading).toMatchObject({ state: 'failed', code: 'no_answer' });
    expect(reading.fact).toBe('No builder has taken the check in 20 s.');
    expect(readCheck('registry', { ...asked, name: 'registry' }, after(takeWithinMs)).fact).toContain(
      'No control process',
    );
  });

  it('that was taken is given longer, and then names who took it', () => {
    const taken = { ...asked, takenAt: after(10_000), takenBy: 'builder-2' };
    expect(readCheck('builder', taken, after(takeWithinMs)).state).toBe('waiting');
    const reading = readCheck('builder', taken, after(10_000 + answerWithinMs));
    expect(reading).toMatchObject({ state: 'failed', code: 'too_slow' });
    expect(reading.fact).toContain('builder-2');
  });
});

describe('advice', () => {
  it('is filled in with the settings of this installation', () => {
    expect(checkAdvice('registry', 'unreachable', settings).command).toBe('curl -i http://registry.example:5000/v2/');
    expect(checkAdvice('public_address', 'unresolvable', settings).command).toBe('getent hosts ci.example');
    expect(checkAdvice('builder', 'no_answer', settings).cause).toContain('Is the builder running');
  });

  it('has a cause and a command for whatever is found', () => {
    for (const name of checkNames)
      for (const code of ['no_answer', 'too_slow', 'unreachable', 'refused'] as const) {
        const { cause, command } = checkAdvice(name, code, settings);
        expect([cause.length > 10, command.length > 10], `${name} ${code}`).toEqual([true, true]);
      }
  });
});
