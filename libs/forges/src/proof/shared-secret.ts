import { Refusal } from '../delivery.js';
import { type Proof, provingSecret } from './proof.js';
import { secretEqual } from './proof-equal.js';

/**
 * The secret itself, sent along: GitLab's classic token, or a bearer token.
 * @throws {Refusal} `signature_invalid`
 */
export function proveSharedSecret(kind: 'token' | 'bearer', given: string, secrets: readonly Uint8Array[]): Proof {
  const bytes = Buffer.from(given, 'utf8');
  const secretIndex = provingSecret(secrets, (secret) => secretEqual(secret, bytes));
  if (secretIndex < 0) throw new Refusal('signature_invalid', 'The token is not a secret of this project.');
  return { kind, secretIndex };
}
