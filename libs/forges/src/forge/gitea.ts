import type { ForgeKind } from '@cooperage/domain';
import { type RawHeaders, Refusal } from '../delivery.js';
import { proveHexHmac } from '../proof/hex-hmac.js';
import { firstHeaderOf, headerOf } from '../request/headers.js';
import type { Forge } from './forge.js';
import { ignored, pushOf } from './push.js';

interface Names {
  readonly kind: ForgeKind;
  /** Header prefixes whose values count, best first. */
  readonly prefixes: readonly string[];
}

/** Gitea ("Webhooks"): a bare hex MAC over the JSON, also where the JSON came inside a form. */
export const gitea = giteaLike({ kind: 'gitea', prefixes: ['x-gitea-'] });

/** Forgejo sends its own headers beside Gitea's. Only the first that is there counts: a bad one is not saved by the next. */
export const forgejo = giteaLike({ kind: 'forgejo', prefixes: ['x-forgejo-', 'x-gitea-'] });

function giteaLike({ kind, prefixes }: Names): Forge {
  const header = (headers: RawHeaders, name: string) =>
    firstHeaderOf(
      headers,
      prefixes.map((prefix) => prefix + name),
    );
  return {
    kind,
    bodyForms: ['json', 'form'],
    recognizes: (headers) => headerOf(headers, `${prefixes[0]}event`) !== null,
    *prove(headers, body, { secrets }) {
      const signature = header(headers, 'signature');
      if (signature === null)
        throw new Refusal('signature_missing', 'The forge sent no signature: set the secret of the webhook.');
      return yield* proveHexHmac(signature, yield* body.json(), secrets);
    },
    deliveryIdHeaders: prefixes.map((prefix) => `${prefix}delivery`),
    signsDeliveryId: false,
    eventName: (headers) => header(headers, 'event') ?? '',
    eventOf: (eventName, payload) => {
      if (eventName !== 'push') return ignored('Events of this type start no build.');
      return pushOf(payload, {
        senderPaths: [
          ['sender', 'login'],
          ['pusher', 'login'],
          ['pusher', 'username'],
        ],
        repository: { at: 'repository', name: 'full_name', addresses: ['clone_url', 'ssh_url'] },
      });
    },
  };
}
