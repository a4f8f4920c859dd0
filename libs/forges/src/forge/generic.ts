import { type RawHeaders, Refusal } from '../delivery.js';
import { textOf } from '../json/fields.js';
import { proveSharedSecret } from '../proof/shared-secret.js';
import { idHeader, proveStandardWebhook, signatureHeader } from '../proof/standard-webhooks.js';
import { headerOf } from '../request/headers.js';
import type { Forge } from './forge.js';
import { ignored, pushOf } from './push.js';

/**
 * Any other sender: a git hook, a script, a registry. The body is JSON with `ref` (full), and where known `before`,
 * `after`, `sender` and `repository` (a name, or an object with `id`, `full_name`, `clone_url`); `type` is `push` where it is missing, and `ping` only tries the connection. Proof is a Standard Webhooks signature or a bearer
 * token.
 */
export const generic: Forge = {
  kind: 'generic',
  bodyForms: ['json'],
  recognizes: (headers) => headerOf(headers, signatureHeader) !== null || bearerOf(headers) !== null,
  *prove(headers, body, context) {
    if (headerOf(headers, signatureHeader) !== null) return yield* proveStandardWebhook(headers, body.raw, context);
    const token = bearerOf(headers);
    if (token === null) throw new Refusal('signature_missing', 'The call has neither a signature nor a bearer token.');
    return proveSharedSecret('bearer', token, context.secrets);
  },
  deliveryIdHeaders: [idHeader, 'idempotency-key'],
  signsDeliveryId: true,
  eventName: (_headers, payload) => textOf(payload, 'type') ?? 'push',
  eventOf: (eventName, payload) => {
    if (eventName === 'ping') return ignored('A ping: the webhook works.');
    if (eventName !== 'push') return ignored('Events of this type start no build.');
    return pushOf(payload, {
      senderPaths: [['sender']],
      repository: { at: 'repository', name: 'full_name', addresses: ['clone_url', 'ssh_url'] },
    });
  },
};

function bearerOf(headers: RawHeaders): string | null {
  return /^Bearer +([\x21-\x7e]+)$/i.exec(headerOf(headers, 'authorization') ?? '')?.[1] ?? null;
}
