import { createHash } from 'node:crypto';
import {
  type AcceptedDelivery,
  type DeliveryRequest,
  type DeliveryResult,
  Refusal,
  type RefusedDelivery,
  refusals,
} from './delivery.js';
import type { Forge, ReceivedBody } from './forge/forge.js';
import { forgeOf } from './forge/forges.js';
import { parseGuardedJson } from './json/guarded-json.js';
import { GuardedJsonError } from './json/guarded-json-error.js';
import { formPayload } from './request/form-payload.js';
import { firstHeaderOf } from './request/headers.js';
import { bodyFormOf } from './request/media-type.js';

const deliveryIdPattern = /^[\x21-\x7e]{1,200}$/;
const maxEventNameLength = 64;

/**
 * Reads one webhook call: recognises the forge, checks its proof over the raw bytes, and only then looks at what the
 * body says. Never throws for anything that a stranger can send.
 */
export function readDelivery(request: DeliveryRequest): DeliveryResult {
  const forge = forgeOf(request.headers);
  try {
    const bodyForm = bodyFormOf(request.headers);
    if (forge === null)
      throw new Refusal('unknown_sender', 'The call looks like no forge that is known, and has no proof.');
    if (!forge.bodyForms.includes(bodyForm))
      throw new Refusal('unsupported_media_type', 'This sender must send application/json.');
    return accept(forge, request, {
      form: bodyForm,
      raw: request.rawBody,
      json: () => (bodyForm === 'form' ? formPayload(request.rawBody) : request.rawBody),
    });
  } catch (error) {
    return refuse(forge, error);
  }
}

function accept(forge: Forge, request: DeliveryRequest, body: ReceivedBody): AcceptedDelivery {
  const secrets = request.secrets.map((secret) => Buffer.from(secret));
  const proof = forge.prove(request.headers, body, { secrets, now: request.now });
  const deliveryId = deliveryIdOf(forge, request);
  const payload = parseGuardedJson(body.json());
  const eventName = forge.eventName(request.headers, payload);
  return {
    ok: true,
    forge: forge.kind,
    deliveryId,
    eventName: eventName.replace(/[^\x20-\x7e]/g, '?').slice(0, maxEventNameLength),
    proof: proof.kind,
    secretIndex: proof.secretIndex,
    event: forge.eventOf(eventName, payload),
  };
}

function deliveryIdOf(forge: Forge, request: DeliveryRequest): string {
  const id = firstHeaderOf(request.headers, forge.deliveryIdHeaders);
  if (id === null) return `sha256:${createHash('sha256').update(request.rawBody).digest('hex')}`;
  if (!deliveryIdPattern.test(id)) throw new Refusal('malformed', 'The delivery id is not printable or too long.');
  return id;
}

/** Anything else that is thrown is a defect of ours and goes on. */
function refuse(forge: Forge | null, error: unknown): RefusedDelivery {
  const refusal = error instanceof GuardedJsonError ? new Refusal('malformed', error.message) : error;
  if (!(refusal instanceof Refusal)) throw refusal;
  const { code, message } = refusal;
  return { ok: false, forge: forge?.kind ?? null, code, message, httpStatus: refusals[code] };
}
