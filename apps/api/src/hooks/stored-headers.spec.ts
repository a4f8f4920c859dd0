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

  it.each([
    'x-hub-signature',
    'x-hub-signature-256',
    'x-gitea-signature',
    'x-gogs-signature',
    'x-forgejo-signature',
    'webhook-signature',
    'x-gitlab-token',
    'proxy-authorization',
    'x-api-key',
    'x-my-signature-v2',
  ])('R-H2 keeps no value of %s, which would prove the same body again', (name) => {
    expect(storedHeaders({ [name]: 'canary' })).toEqual({ [name]: '***' });
  });

  it('R-H2 keeps what only names a call', () => {
    const named = {
      'x-github-delivery': 'a',
      'x-github-hook-id': '7',
      'idempotency-key': 'b',
      'webhook-id': 'c',
      'webhook-timestamp': '1',
      'x-gitlab-event-uuid': 'd',
    };
    expect(storedHeaders(named)).toEqual(named);
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
