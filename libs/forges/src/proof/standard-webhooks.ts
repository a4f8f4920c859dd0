import { createHmac } from 'node:crypto';
import { type RawHeaders, Refusal } from '../delivery.js';
import { headerOf } from '../request/headers.js';
import type { Sliced } from '../slices.js';
import { hmacsOf } from './hash.js';
import { type Proof, type ProofContext, provingSecret } from './proof.js';
import { proofEqual } from './proof-equal.js';

export const signatureHeader = 'webhook-signature';
export const idHeader = 'webhook-id';
const timestampHeader = 'webhook-timestamp';

const keyPrefix = 'whsec_';
const toleranceSeconds = 300;
const maxSignatures = 16;
/** The parts of the signed content are joined by full stops, so an id with one could be read in two ways. */
const idPattern = /^[\x21-\x2d\x2f-\x7e]{1,200}$/;
const timestampPattern = /^\d{1,12}$/;
const signaturePattern = /^v1,([A-Za-z0-9+/]{43}=)$/;

export interface StandardWebhookMessage {
  /** A text stands for its UTF-8 bytes; `whsec_…` for the bytes that its base64 holds. */
  readonly secret: string | Uint8Array;
  /** The same for each try of one message; printable, without a full stop. */
  readonly id: string;
  readonly sentAt: Date;
  readonly body: string | Uint8Array;
}

/**
 * Headers that sign an outgoing message by the Standard Webhooks specification (HMAC-SHA256, `v1`).
 * @throws {TypeError} when the id cannot be signed.
 */
export function standardWebhookSignature(message: StandardWebhookMessage): Record<string, string> {
  if (!idPattern.test(message.id)) throw new TypeError('a webhook id is printable and has no full stop');
  const timestamp = String(Math.floor(message.sentAt.getTime() / 1_000));
  const mac = macOf(Buffer.from(message.secret), message.id, timestamp, Buffer.from(message.body));
  return {
    [idHeader]: message.id,
    [timestampHeader]: timestamp,
    [signatureHeader]: `v1,${Buffer.from(mac).toString('base64')}`,
  };
}

/**
 * The Standard Webhooks proof, which GitLab's signing token uses too: any `v1` signature in the header may match any
 * secret, and the time of sending is at most five minutes away.
 * @throws {Refusal} `signature_invalid`, `timestamp_out_of_range`
 */
export function* proveStandardWebhook(headers: RawHeaders, rawBody: Uint8Array, context: ProofContext): Sliced<Proof> {
  const id = headerOf(headers, idHeader) ?? '';
  const timestamp = headerOf(headers, timestampHeader) ?? '';
  const signatures = signaturesOf(headerOf(headers, signatureHeader) ?? '');
  if (!idPattern.test(id) || !timestampPattern.test(timestamp) || signatures.length === 0)
    throw new Refusal('signature_invalid', 'The signature needs a webhook-id, a webhook-timestamp and a v1 signature.');
  const keys = context.secrets.map(keyOf);
  const macs = yield* hmacsOf(keys, [signedHead(id, timestamp), rawBody]);
  const secretIndex = provingSecret(keys, (_key, index) =>
    signatures.some((signature) => proofEqual(macs[index]!, signature)),
  );
  if (secretIndex < 0) throw new Refusal('signature_invalid', 'The signature was made with another secret or body.');
  refuseOld(Number(timestamp), context.now);
  return { kind: 'standard-webhooks', secretIndex };
}

function signaturesOf(header: string): Uint8Array[] {
  return header
    .split(' ', maxSignatures)
    .map((part) => signaturePattern.exec(part)?.[1])
    .filter((base64) => base64 !== undefined)
    .map((base64) => Buffer.from(base64, 'base64'));
}

/** Asked only of a proven message, so that a stranger learns nothing of our clock. */
function refuseOld(sentSeconds: number, now: Date): void {
  if (Math.abs(now.getTime() / 1_000 - sentSeconds) <= toleranceSeconds) return;
  throw new Refusal('timestamp_out_of_range', 'The message was signed more than five minutes ago, or in the future.');
}

function macOf(secret: Uint8Array, id: string, timestamp: string, body: Uint8Array): Uint8Array {
  return createHmac('sha256', keyOf(secret)).update(signedHead(id, timestamp)).update(body).digest();
}

/** What is signed before the body. */
function signedHead(id: string, timestamp: string): Uint8Array {
  return Buffer.from(`${id}.${timestamp}.`);
}

function keyOf(secret: Uint8Array): Uint8Array {
  const text = Buffer.from(secret).toString('latin1');
  return text.startsWith(keyPrefix) ? Buffer.from(text.slice(keyPrefix.length), 'base64') : secret;
}
