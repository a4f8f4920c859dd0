import { RegistryError } from '@cooperage/oci';
import { NotFoundException } from '@nestjs/common';
import { describe, expect, it } from 'vitest';
import { ApiProblem } from './problem.js';
import { toProblem } from './to-problem.js';

const shown = (error: unknown) => JSON.stringify(toProblem(error).body('r-1'));

describe('toProblem', () => {
  it('S-083 tells nothing of an error that nobody foresaw', () => {
    const secrets = ['/srv/api/dist/x.js:1:2', 'SELECT * FROM "user"', 'node v24.21.0', 'hunter2'];
    for (const secret of secrets)
      for (const error of [new Error(secret), new TypeError(secret), secret, { message: secret, statusCode: 400 }])
        expect(shown(error)).not.toContain(secret.slice(0, 8));
    expect(toProblem(new Error('x'))).toMatchObject({ code: 'internal', status: 500 });
  });

  it('S-083 takes the status of errors of the framework and leaves their words', () => {
    expect(toProblem(new NotFoundException('Cannot GET /etc/passwd')).code).toBe('not_found');
    const tooLarge = Object.assign(new Error('FST body of x is too large'), {
      code: 'FST_ERR_CTP_BODY_TOO_LARGE',
      statusCode: 413,
    });
    expect(shown(tooLarge)).not.toContain('FST');
    expect(toProblem(tooLarge).code).toBe('payload_too_large');
    expect(toProblem(Object.assign(new SyntaxError('at position 3'), { statusCode: 400 })).code).toBe('bad_request');
  });

  it('says that the database is away, whoever tells it', () => {
    for (const code of ['ECONNREFUSED', 'P1001', '57P01', '53300'])
      expect(toProblem(Object.assign(new Error('x'), { code })).code).toBe('unavailable');
    expect(toProblem(new Error('wrapped', { cause: new Error('Connection terminated unexpectedly') }))).toMatchObject({
      code: 'unavailable',
      options: { retryAfterSeconds: 2 },
    });
    expect(toProblem(Object.assign(new Error('x'), { code: '23505' })).code).toBe('internal');
  });

  it('says what became of the registry', () => {
    expect(toProblem(new RegistryError('not_found', 'no manifest')).code).toBe('gone');
    expect(toProblem(new RegistryError('unavailable', 'secret host')).code).toBe('unavailable');
    expect(shown(new RegistryError('unavailable', 'secret host'))).not.toContain('secret');
  });

  it('leaves our own problems as they are', () => {
    const problem = new ApiProblem('conflict', { detail: 'taken' });
    expect(toProblem(problem)).toBe(problem);
  });
});
