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

  it('bounds a value, and how many there are', () => {
    expect(storedHeaders({ long: 'x'.repeat(5_000) }).long).toHaveLength(1_024);
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`h${at}`, 'x']));
    const stored = storedHeaders(many);
    expect(Object.keys(stored)).toHaveLength(65);
    expect(stored['cooperage-headers-left-out']).toBe('136');
  });

  it('R13B-6 keeps 4 KiB in all, what tells most of a call first, and says how many were left out', () => {
    const noise = Object.fromEntries(Array.from({ length: 15 }, (_, at) => [`x-${at}`, 'é"'.repeat(512)]));
    const telling = {
      'content-type': 'application/json',
      'user-agent': 'GitHub-Hookshot/1',
      'x-github-event': 'push',
      'x-github-delivery': 'a',
      'x-github-hook-id': '7',
    };
    const sent = { ...noise, 'cooperage-headers-left-out': 'mine', ...telling, 'x-hub-signature-256': 's', short: 'y' };
    const stored = storedHeaders(sent);
    expect(stored).toMatchObject({ ...telling, 'x-hub-signature-256': '***', short: 'y' });
    expect(Buffer.byteLength(JSON.stringify(stored))).toBeLessThanOrEqual(4_096);
    const kept = Object.keys(noise).filter((name) => name in stored).length;
    expect(kept).toBeGreaterThan(0);
    expect(stored['cooperage-headers-left-out']).toBe(String(15 - kept));
  });
});
