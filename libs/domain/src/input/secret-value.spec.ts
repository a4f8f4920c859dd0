import { describe, expect, it } from 'vitest';
import { secretValueProblem } from './secret-value.js';

describe('secretValueProblem', () => {
  it.each(['true', 'false', 'null', 'abc', '1234567', '       x       ', ''])(
    'R-M1 refuses %j, which is too short',
    (value) => {
      expect(secretValueProblem(value)).toContain('at least 8 characters');
    },
  );

  it.each(['localhost', 'PASSWORD', ' changeme\n', '12345678', 'aaaaaaaaaaaa', 'abababababab', 'application'])(
    'R-M1 refuses %j, which is no secret',
    (value) => {
      expect(secretValueProblem(value)).toContain('common word');
    },
  );

  it.each(['hunter2hunter2', 'correct horse', '-----BEGIN KEY-----\nabc\n', 'ghp_0123456789'])('takes %j', (value) => {
    expect(secretValueProblem(value)).toBeNull();
  });
});
