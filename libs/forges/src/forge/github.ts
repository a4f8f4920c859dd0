import { Refusal } from '../delivery.js';
import { proveHexHmac } from '../proof/hex-hmac.js';
import { headerOf } from '../request/headers.js';
import type { Forge } from './forge.js';
import { ignored, pushOf } from './push.js';

const prefix = 'sha256=';
const signatureHeader = 'x-hub-signature-256';

/**
 * GitHub ("Validating webhook deliveries"). The MAC covers the raw body, of a form too. The old `X-Hub-Signature` is
 * SHA-1 and proves nothing here.
 */
export const github: Forge = {
  kind: 'github',
  bodyForms: ['json', 'form'],
  recognizes: (headers) => headerOf(headers, 'x-github-event') !== null,
  *prove(headers, body, { secrets }) {
    const signature = headerOf(headers, signatureHeader);
    if (signature === null || signature === prefix)
      throw new Refusal('signature_missing', 'GitHub sent no X-Hub-Signature-256: set the secret of the webhook.');
    if (!signature.startsWith(prefix)) throw new Refusal('signature_invalid', 'The signature is not a sha256= one.');
    return yield* proveHexHmac(signature.slice(prefix.length), body.raw, secrets);
  },
  deliveryIdHeaders: ['x-github-delivery'],
  signsDeliveryId: false,
  eventName: (headers) => headerOf(headers, 'x-github-event') ?? '',
  eventOf: (eventName, payload) => {
    if (eventName === 'ping') return ignored('A ping: the webhook works.');
    if (eventName !== 'push') return ignored('Events of this type start no build.');
    return pushOf(payload, {
      senderPaths: [
        ['sender', 'login'],
        ['pusher', 'name'],
      ],
      repository: { at: 'repository', name: 'full_name', addresses: ['clone_url', 'ssh_url'] },
    });
  },
};
