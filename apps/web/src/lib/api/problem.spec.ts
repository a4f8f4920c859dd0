import { describe, expect, it } from 'vitest';
import { toProblemView } from './problem';

describe('toProblemView', () => {
  it('keeps the fields of a problem body', () => {
    const body = {
      title: 'Not valid',
      code: 'validation_failed',
      detail: 'Two fields.',
      requestId: 'r-1',
      errors: [{ path: 'slug', message: 'taken' }, { path: 3 }, null],
    };
    expect(toProblemView(body, 422, 'r-2')).toEqual({
      status: 422,
      title: 'Not valid',
      code: 'validation_failed',
      detail: 'Two fields.',
      requestId: 'r-1',
      fields: [{ path: 'slug', message: 'taken' }],
      neededRole: null,
    });
  });

  it('names the role that is needed, when it is one of ours', () => {
    const body = { title: 'No', code: 'forbidden', neededRole: 'admin' };
    expect(toProblemView(body, 403, 'r').neededRole).toBe('admin');
    expect(toProblemView({ ...body, neededRole: '<b>god</b>' }, 403, 'r').neededRole).toBeNull();
  });

  it('S-083 shows none of a body that is no problem', () => {
    for (const body of [null, 'Error: at /srv/api.js:1', ['x'], { message: 'secret' }, { title: 3, code: 'x' }]) {
      expect(JSON.stringify(toProblemView(body, 500, 'r'))).not.toMatch(/srv|secret/);
    }
  });

  it('tells a refusal from an outage', () => {
    expect(toProblemView(null, 400, '').code).toBe('bad_request');
    expect(toProblemView(null, 502, '').code).toBe('unavailable');
  });
});
