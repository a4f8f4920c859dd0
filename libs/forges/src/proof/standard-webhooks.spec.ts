import { describe, expect, it } from 'vitest';
import { standardWebhookSignature } from './standard-webhooks.js';

const message = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAt: new Date(1_614_265_330_999),
  body: '{"test": 2432232314}',
};

describe('standardWebhookSignature', () => {
  it('signs the published example', () => {
    expect(standardWebhookSignature(message)).toEqual({
      'webhook-id': message.id,
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  it('takes a text without prefix as its own bytes', () => {
    const asText = standardWebhookSignature({ ...message, secret: 'plain' });
    expect(
      standardWebhookSignature({ ...message, secret: Buffer.from('plain'), body: Buffer.from(message.body) }),
    ).toEqual(asText);
  });

  it.each(['', 'a.b', 'a b', 'a\n', 'x'.repeat(201)])('refuses the id %j', (id) => {
    expect(() => standardWebhookSignature({ ...message, id })).toThrow(TypeError);
  });
});
