import { describe, expect, it } from 'vitest';
import { accepted, after, before, fixture, hmac, json, now, read, refused, signed } from '../../spec/calls.js';
import type { RawHeaders } from '../../src/delivery.js';

describe('the generic sender', () => {
  const body = fixture('generic-push');

  it('reads a push proven by Standard Webhooks', () => {
    expect(accepted(signed(body), body)).toMatchObject({
      forge: 'generic',
      deliveryId: 'msg_1',
      eventName: 'push',
      proof: 'standard-webhooks',
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'post-receive' },
    });
  });

  it('takes one good signature among several, of any secret', () => {
    const [one, two] = [signed(body, { key: 'one' }), signed(body, { key: 'two' })];
    const headers = { ...one, 'webhook-signature': `v1a,xx ${one['webhook-signature']} ${two['webhook-signature']}` };
    expect(accepted(headers, body, ['two']).secretIndex).toBe(0);
    expect(accepted(headers, body, ['zero', 'one']).secretIndex).toBe(1);
  });

  it('keeps a tolerance of five minutes, both ways', () => {
    const at = (seconds: number) => read(signed(body, { sentAt: new Date(now.getTime() + seconds * 1000) }), body);
    expect([at(-300).ok, at(300).ok]).toEqual([true, true]);
    for (const seconds of [-301, 301, -1e9, 1e9])
      expect(at(seconds)).toMatchObject({ code: 'timestamp_out_of_range', httpStatus: 401 });
  });

  it('tells a stranger nothing of the clock', () => {
    const old = signed(body, { key: 'other', sentAt: new Date(0) });
    expect(refused(old, body).code).toBe('signature_invalid');
  });

  it.each<[string, RawHeaders]>([
    ['another body', signed('{}')],
    ['another id', { ...signed(body), 'webhook-id': 'msg_2' }],
    ['another time', { ...signed(body), 'webhook-timestamp': String(now.getTime() / 1000 - 1) }],
    ['no id', { ...signed(body), 'webhook-id': '' }],
    ['no time', { ...signed(body), 'webhook-timestamp': undefined }],
    ['a time that is no number', { ...signed(body), 'webhook-timestamp': '1e9' }],
    ['hex in place of base64', { ...signed(body), 'webhook-signature': `v1,${hmac(body)}` }],
    ['no version', { ...signed(body), 'webhook-signature': String(signed(body)['webhook-signature']).slice(3) }],
  ])('S-001 refuses %s', (_what, headers) => {
    expect(refused(headers, body)).toMatchObject({ code: 'signature_invalid', httpStatus: 401 });
  });

  it('takes a bearer token, and a body that names the ref alone', () => {
    const headers = { ...json, authorization: `Bearer token-1` };
    const rawBody = '{"ref":"refs/heads/main"}';
    expect(accepted(headers, rawBody, ['token-1'])).toMatchObject({
      proof: 'bearer',
      event: { ref: 'refs/heads/main', before: null, after: null, sender: null },
    });
    expect(refused(headers, rawBody, ['token-2']).code).toBe('signature_invalid');
  });

  it('R22C-1 R22C-5 gives each call without an id one that no header can foretell', () => {
    const headers = { ...json, authorization: `Bearer token-1` };
    const ids = [1, 2].map(() => accepted(headers, '{"ref":"refs/heads/main"}', ['token-1']).deliveryId);
    expect(new Set(ids).size).toBe(2);
    expect(accepted({ ...headers, 'idempotency-key': 'k' }, '{"ref":"refs/heads/main"}', ['token-1']).deliveryId).toBe(
      'k',
    );
  });

  it('a bad signature is not saved by a good bearer token', () => {
    const headers = { ...signed(body, { key: 'other' }), authorization: 'Bearer token-1' };
    expect(refused(headers, body, ['token-1']).code).toBe('signature_invalid');
  });

  it('ignores pings and other types', () => {
    expect(accepted(signed('{"type":"ping"}'), '{"type":"ping"}')).toMatchObject({
      eventName: 'ping',
      event: { type: 'ignored' },
    });
    expect(accepted(signed('{"type":"x\\ny"}'), '{"type":"x\\ny"}')).toMatchObject({
      eventName: 'x?y',
      event: { type: 'ignored' },
    });
  });
});
