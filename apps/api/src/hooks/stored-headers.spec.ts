import { describe, expect, it } from 'vitest';
import { storedHeaders } from './stored-headers.js';

describe('storedHeaders', () => {
  it('keeps what tells something and hides what is a credential', () => {
    expect(
      storedHeaders({
        'x-github-event': 'push',
        authorization: 'Bearer x',
        'x-gitlab-token': 's',
        cookie: 'c',
        accept: ['a', 'b'] as never,
      }),
    ).toEqual({
      'x-github-event': 'push',
      authorization: '***',
      'x-gitlab-token': '***',
      cookie: '***',
      accept: 'a, b',
    });
  });

  it('S-069 takes names from a plain alphabet only', () => {
    const hostile = JSON.parse('{"__proto__":"x","constructor":"y","a b":"z","é":"w"}') as Record<string, string>;
    const stored = storedHeaders(hostile);
    expect(Object.keys(stored)).toEqual(['constructor']);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('is bounded', () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`h${at}`, 'x'.repeat(5_000)]));
    const stored = storedHeaders(many);
    expect(Object.keys(stored)).toHaveLength(64);
    expect(stored.h0).toHaveLength(1_024);
  });
});
