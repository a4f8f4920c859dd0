import { describe, expect, it } from 'vitest';
import { signInProblem } from './sign-in-problem';

describe('signInProblem', () => {
  it('has a sentence for every reason that the API gives, and repeats none that it does not', () => {
    for (const reason of ['provider_down', 'not_allowed', 'email_not_verified', 'setup_needed', 'too_many', 'refused'])
      expect(signInProblem(reason, 'id.example')).toMatch(/\.$/);
    for (const reason of [null, '', 'Call 555-1234 now', '__proto__']) expect(signInProblem(reason, 'id')).toBeNull();
  });
});
