import { BuildFailure, isLossInOwnWork, lostBeforeSteps, lostInOwnWork } from '@cooperage/domain';
import { SecretMasker } from '@cooperage/logs/write';
import { describe, expect, it } from 'vitest';
import { maskedReport } from './attempt-end.js';

describe('what is stored of a failure', () => {
  const masker = SecretMasker.of(['connection', 'registry.example/secret'].map((value) => ({ name: 'X', value })));

  it('has no secret in its message and its step', () => {
    const failure = new BuildFailure('StepFailed', 'No connection.', {
      place: { step: 'FROM registry.example/secret' },
    });
    const report = maskedReport(failure, masker);
    expect(report.message).not.toContain('connection');
    expect(report.place?.step).toBe('FROM [secret X]');
  });

  it.each([lostBeforeSteps, lostInOwnWork])(
    'R7-C3 is known again by its words, of which one may be a secret: %s',
    (message) => {
      const failure = new BuildFailure('EngineUnavailable', message, {
        place: { step: 'FROM registry.example/secret' },
      });
      const report = maskedReport(failure, masker);
      expect(isLossInOwnWork(report)).toBe(true);
      expect(report.place?.step).toBe('FROM [secret X]');
    },
  );
});
