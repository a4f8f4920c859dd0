import { describe, expect, it } from 'vitest';
import { accepted, after, before, fixture, gitlab, refused, secret, signed } from '../../spec/calls.js';

describe('GitLab', () => {
  const body = fixture('gitlab-push');

  it('reads a push proven by the classic token', () => {
    expect(accepted(gitlab(), body)).toMatchObject({
      forge: 'gitlab',
      deliveryId: 'key-1',
      eventName: 'Push Hook',
      proof: 'token',
      event: { type: 'push', ref: 'refs/heads/main', before, after, sender: 'jsmith' },
    });
  });

  it('prefers the signature, and a bad one is not saved by a good token', () => {
    const key = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;
    const call = (signingKey: string) => ({ ...gitlab(), ...signed(body, { key: signingKey, id: 'key-1' }) });
    expect(accepted(call(key), body, [secret, key])).toMatchObject({ proof: 'standard-webhooks', secretIndex: 1 });
    expect(refused(call('whsec_b3RoZXI='), body, [secret, key]).code).toBe('signature_invalid');
  });

  it('reads tags and system hooks', () => {
    const tag = fixture('gitlab-tag-push');
    expect(accepted(gitlab({ 'x-gitlab-event': 'Tag Push Hook' }), tag).event).toMatchObject({
      ref: 'refs/tags/v1.2.3',
      before: null,
    });
    expect(accepted(gitlab({ 'x-gitlab-event': 'System Hook' }), body).event.type).toBe('push');
    expect(accepted(gitlab({ 'x-gitlab-event': 'System Hook' }), '{"event_name":"user_create"}').event.type).toBe(
      'ignored',
    );
    expect(accepted(gitlab({ 'x-gitlab-event': 'Merge Request Hook' }), '{}').event.type).toBe('ignored');
  });

  it('S-001 refuses a missing, empty and wrong token', () => {
    expect(refused(gitlab({ 'x-gitlab-token': undefined }), body).code).toBe('signature_missing');
    expect(refused(gitlab({ 'x-gitlab-token': '' }), body).code).toBe('signature_missing');
    for (const wrong of [secret.slice(1), `${secret}x`, `X${secret.slice(1)}`, `${secret.slice(0, -1)}X`])
      expect(refused(gitlab({ 'x-gitlab-token': wrong }), body).code).toBe('signature_invalid');
  });

  it('finds its delivery id in the next header when the first is not sent', () => {
    expect(accepted(gitlab({ 'idempotency-key': undefined }), body).deliveryId).toBe('event-uuid');
  });
});
