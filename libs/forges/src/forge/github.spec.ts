import { createHash, createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { accepted, after, before, fixture, form, github, hmac, json, now, refused, secret } from '../../spec/calls.js';
import type { RawHeaders } from '../../src/delivery.js';

describe('GitHub', () => {
  const body = fixture('github-push');

  it('reads a push', () => {
    const repository = {
      ...{ id: '186853002', name: 'octo-org/hello' },
      addresses: ['https://github.com/octo-org/hello.git'],
    };
    expect(accepted(github(body), body)).toEqual({
      ok: true,
      forge: 'github',
      deliveryId: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      eventName: 'push',
      proof: 'hmac-sha256',
      secretIndex: 0,
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'mona', repository },
      bodyDigest: createHash('sha256').update(body).digest(),
    });
  });

  it('reads a form: the MAC covers the raw form', () => {
    const formBody = new URLSearchParams({ payload: body.toString() }).toString();
    expect(accepted(github(formBody, form), formBody).event).toMatchObject({ ref: 'refs/heads/main', after });
    expect(refused(github(body, form), formBody).code).toBe('signature_invalid');
  });

  it('verifies the example of its documentation', () => {
    const signature = 'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
    const call = (text: string) =>
      refused(github('', { 'x-hub-signature-256': signature }), text, ["It's a Secret to Everybody"]).code;
    expect([call('Hello, World!'), call('Hello, World?')]).toEqual(['malformed', 'signature_invalid']);
  });

  it('ignores pings, deletions and other events, with the reason', () => {
    const ping = fixture('github-ping');
    expect(accepted(github(ping, { 'x-github-event': 'ping' }), ping)).toMatchObject({
      eventName: 'ping',
      event: { type: 'ignored', reason: 'A ping: the webhook works.' },
    });
    const deletion = fixture('github-delete');
    expect(accepted(github(deletion), deletion).event).toEqual({ type: 'ignored', reason: 'The ref was deleted.' });
    expect(accepted(github('{}', { 'x-github-event': 'issue_comment' }), '{}').event.type).toBe('ignored');
  });

  it.each<[string, RawHeaders, string]>([
    ['no signature', { 'x-hub-signature-256': undefined }, 'signature_missing'],
    ['an empty signature', { 'x-hub-signature-256': '' }, 'signature_missing'],
    ['only the prefix', { 'x-hub-signature-256': 'sha256=' }, 'signature_missing'],
    ['odd length', { 'x-hub-signature-256': `sha256=${hmac(body).slice(1)}` }, 'signature_invalid'],
    ['upper case', { 'x-hub-signature-256': `sha256=${hmac(body).toUpperCase()}` }, 'signature_invalid'],
    ['no prefix', { 'x-hub-signature-256': hmac(body) }, 'signature_invalid'],
    ['no hex', { 'x-hub-signature-256': `sha256=${'z'.repeat(64)}` }, 'signature_invalid'],
    ['the header twice', { 'x-hub-signature-256': [`sha256=${hmac(body)}`, 'x'] }, 'signature_missing'],
    [
      'sha1 only',
      {
        'x-hub-signature-256': undefined,
        'x-hub-signature': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}`,
      },
      'signature_missing',
    ],
    [
      'sha1 in place of sha256',
      { 'x-hub-signature-256': `sha1=${createHmac('sha1', secret).update(body).digest('hex')}` },
      'signature_invalid',
    ],
  ])('S-001 refuses %s', (_what, changes, code) => {
    expect(refused(github(body, changes), body)).toMatchObject({ forge: 'github', code, httpStatus: 401 });
  });

  it('S-003 refuses a signature that is wrong in its first or last byte', () => {
    const good = hmac(body);
    const flip = (digit: string) => (digit === '0' ? '1' : '0');
    for (const bad of [flip(good[0]!) + good.slice(1), good.slice(0, -1) + flip(good.at(-1)!)])
      expect(refused(github(body, { 'x-hub-signature-256': `sha256=${bad}` }), body).code).toBe('signature_invalid');
  });

  it('takes any of several secrets, and says which', () => {
    const headers = github(body, { 'x-hub-signature-256': `sha256=${hmac(body, 'old')}` });
    expect(accepted(headers, body, [secret, Buffer.from('old')]).secretIndex).toBe(1);
    expect(refused(headers, body, [secret]).code).toBe('signature_invalid');
    expect(refused(headers, body, []).code).toBe('signature_invalid');
  });

  it('never takes an empty secret', () => {
    expect(refused(github(body, { 'x-hub-signature-256': `sha256=${hmac(body, '')}` }), body, ['']).code).toBe(
      'signature_invalid',
    );
    const empty = { ...json, 'webhook-id': 'a', 'webhook-timestamp': String(now.getTime() / 1000) };
    const mac = createHmac('sha256', '')
      .update(`a.${now.getTime() / 1000}.{}`)
      .digest('base64');
    expect(refused({ ...empty, 'webhook-signature': `v1,${mac}` }, '{}', ['whsec_', '']).code).toBe(
      'signature_invalid',
    );
  });
});
