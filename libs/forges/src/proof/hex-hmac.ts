import { Refusal } from '../delivery.js';
import type { Sliced } from '../slices.js';
import { hmacsOf } from './hash.js';
import { type Proof, provingSecret } from './proof.js';
import { proofEqual } from './proof-equal.js';

/** Forges write lower case; nothing else is accepted. */
const pattern = /^[0-9a-f]{64}$/;

/**
 * HMAC-SHA256 in hex over `signed`, as GitHub (behind `sha256=`), Gitea and Forgejo send it.
 * @throws {Refusal} `signature_invalid`
 */
export function* proveHexHmac(hex: string, signed: Uint8Array, secrets: readonly Uint8Array[]): Sliced<Proof> {
  if (!pattern.test(hex))
    throw new Refusal('signature_invalid', 'The signature is not an HMAC-SHA256 in lower-case hex.');
  const given = Buffer.from(hex, 'hex');
  const macs = yield* hmacsOf(secrets, [signed]);
  const secretIndex = provingSecret(secrets, (_secret, index) => proofEqual(macs[index]!, given));
  if (secretIndex < 0) throw new Refusal('signature_invalid', 'The signature was made with another secret or body.');
  return { kind: 'hmac-sha256', secretIndex };
}
