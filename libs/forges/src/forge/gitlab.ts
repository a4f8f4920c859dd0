import { Refusal } from '../delivery.js';
import { textOf } from '../json/fields.js';
import { proveSharedSecret } from '../proof/shared-secret.js';
import { idHeader, proveStandardWebhook, signatureHeader } from '../proof/standard-webhooks.js';
import { headerOf } from '../request/headers.js';
import type { Forge } from './forge.js';
import { ignored, pushOf } from './push.js';

const pushEvents = ['Push Hook', 'Tag Push Hook'];
const pushKinds = ['push', 'tag_push'];

/**
 * GitLab ("Webhooks"). Its newer signature is preferred to the classic token, which is the secret itself: where both are
 * sent a bad signature is not saved by a good token.
 */
export const gitlab: Forge = {
  kind: 'gitlab',
  bodyForms: ['json'],
  recognizes: (headers) => headerOf(headers, 'x-gitlab-event') !== null,
  *prove(headers, body, context) {
    if (headerOf(headers, signatureHeader) !== null) return yield* proveStandardWebhook(headers, body.raw, context);
    const token = headerOf(headers, 'x-gitlab-token');
    if (token === null)
      throw new Refusal('signature_missing', 'GitLab sent no signature and no token: set one of the webhook.');
    return proveSharedSecret('token', token, context.secrets);
  },
  deliveryIdHeaders: ['idempotency-key', idHeader, 'x-gitlab-event-uuid'],
  signsDeliveryId: false,
  eventName: (headers) => headerOf(headers, 'x-gitlab-event') ?? '',
  eventOf: (eventName, payload) => {
    // A system hook carries events of all kinds and names the kind in its body.
    const isPush = eventName === 'System Hook' ? isPushPayload(payload) : pushEvents.includes(eventName);
    if (!isPush) return ignored('Events of this type start no build.');
    return pushOf(payload, {
      senderPaths: [['user_username'], ['user_name']],
      repository: { at: 'project', name: 'path_with_namespace', addresses: ['git_http_url', 'git_ssh_url'] },
    });
  },
};

function isPushPayload(payload: unknown): boolean {
  return pushKinds.includes(textOf(payload, 'event_name') ?? textOf(payload, 'object_kind') ?? '');
}
