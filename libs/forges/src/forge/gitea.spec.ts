import { describe, expect, it } from 'vitest';
import { accepted, after, before, fixture, forgejo, form, gitea, hmac, refused } from '../../spec/calls.js';

describe('Gitea and Forgejo', () => {
  const body = fixture('gitea-push');

  it('read a push, and a new ref without a commit before', () => {
    expect(accepted(gitea(body), body)).toMatchObject({
      forge: 'gitea',
      deliveryId: 'f6266f16-1bf3-46a5-9ea4-602e06ead473',
      proof: 'hmac-sha256',
      event: { type: 'push', ref: 'refs/heads/develop', before, after, sender: 'gitea' },
    });
    const first = fixture('forgejo-push');
    expect(accepted(forgejo(first), first)).toMatchObject({
      forge: 'forgejo',
      deliveryId: 'forgejo-delivery',
      event: { ref: 'refs/heads/develop', before: null, after },
    });
  });

  it('sign the JSON of a form, not the form', () => {
    const formBody = new URLSearchParams({ payload: body.toString() }).toString();
    expect(accepted(gitea(body, form), formBody).event).toMatchObject({ after });
    expect(refused(gitea(formBody, form), formBody).code).toBe('signature_invalid');
  });

  it('S-001 treat an empty signature as missing, whatever the headers of other forges say', () => {
    expect(refused(gitea(body, { 'x-gitea-signature': '' }), body).code).toBe('signature_missing');
    expect(refused(forgejo(body, { 'x-forgejo-signature': '', 'x-gitea-signature': '' }), body).code).toBe(
      'signature_missing',
    );
  });

  it('S-001 refuse the form that GitHub uses', () => {
    expect(refused(gitea(body, { 'x-gitea-signature': `sha256=${hmac(body)}` }), body).code).toBe('signature_invalid');
    expect(refused(gitea(body, { 'x-gitea-signature': hmac(body).toUpperCase() }), body).code).toBe(
      'signature_invalid',
    );
  });

  it('a bad first signature of Forgejo is not saved by a good second', () => {
    expect(refused(forgejo(body, { 'x-forgejo-signature': hmac(body, 'other') }), body).code).toBe('signature_invalid');
    expect(accepted(forgejo(body, { 'x-forgejo-signature': undefined }), body).proof).toBe('hmac-sha256');
  });
});
