import { randomUUID } from 'node:crypto';
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
import { sha256Of } from './proof/hash.js';
import { formPayload } from './request/form-payload.js';
import { firstHeaderOf } from './request/headers.js';
import { bodyFormOf } from './request/media-type.js';
import { inSlices, type Sliced } from './slices.js';

const deliveryIdPattern = /^[\x21-\x7e]{1,200}$/;
const maxEventNameLength = 64;

/**
 * Reads one webhook call: recognises the forge, checks its proof over the raw bytes, and only then looks at what the
 * body says. Never throws for anything that a stranger can send. Lets others in while it works on a long body.
 */
export function readDelivery(request: DeliveryRequest): Promise<DeliveryResult> {
  return inSlices(deliveryReading(request));
}

/** The same, for a caller who decides when it goes on. */
export function* deliveryReading(request: DeliveryRequest): Sliced<DeliveryResult> {
  const forge = forgeOf(request.headers);
  try {
    const bodyForm = bodyFormOf(request.headers);
    if (forge === null)
      throw new Refusal('unknown_sender', 'The call looks like no forge that is known, and has no proof.');
    if (!forge.bodyForms.includes(bodyForm))
      throw new Refusal('unsupported_media_type', 'This sender must send application/json.');
    const raw = request.rawBody;
    let json: Uint8Array | null = bodyForm === 'form' ? null : raw;
    const body: ReceivedBody = {
      form: bodyForm,
      raw,
      *json() {
        json ??= yield* formPayload(raw);
        return json;
      },
    };
    return yield* accept(forge, request, body);
  } catch (error) {
    return refuse(forge, error);
  }
}

function* accept(forge: Forge, request: DeliveryRequest, body: ReceivedBody): Sliced<AcceptedDelivery> {
  const secrets = request.secrets.map((secret) => Buffer.from(secret));
  const proof = yield* forge.prove(request.headers, body, { secrets, now: request.now });
  const deliveryId = deliveryIdOf(forge, request);
  const provesId = proof.kind === 'standard-webhooks' && forge.signsDeliveryId;
  const json = yield* body.json();
  const bodyDigest = provesId ? null : yield* sha256Of(json);
  const payload = yield* parseGuardedJson(json);
  const eventName = forge.eventName(request.headers, payload);
  return {
    ok: true,
    forge: forge.kind,
    deliveryId,
    eventName: eventName.replace(/[^\x20-\x7e]/g, '?').slice(0, maxEventNameLength),
    proof: proof.kind,
    secretIndex: proof.secretIndex,
    event: forge.eventOf(eventName, payload),
    bodyDigest,
  };
}

/**
 * Without an id of the sender's each call is one of its own: evaluation knows a body that came before, and its head may be new (R22C-1, R22C-5).
 */
function deliveryIdOf(forge: Forge, request: DeliveryRequest): string {
  const id = firstHeaderOf(request.headers, forge.deliveryIdHeaders);
  if (id === null) return randomUUID();
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
