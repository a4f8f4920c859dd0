import { createHash, createPublicKey, type KeyObject, verify } from 'node:crypto';

/** An ECDSA P-256 key whose signatures count. */
export interface PublicKey {
  readonly key: KeyObject;
  /** SPKI, as `cosign.pub` holds it. */
  readonly pem: string;
  /** Base64 of the SHA-256 of the key's SPKI DER: how a sigstore bundle names its key. */
  readonly hint: string;
}

/** @throws {TypeError} when it is not the PEM of an ECDSA P-256 public key. */
export function publicKeyOf(pem: string): PublicKey {
  // A private key would be accepted by Node as well; whoever holds one here holds too much.
  if (!pem.includes('-----BEGIN PUBLIC KEY-----')) throw new TypeError('not the PEM of a public key');
  try {
    return publicKeyFrom(createPublicKey(pem));
  } catch {
    throw new TypeError('not an ECDSA P-256 public key');
  }
}

/** @throws {TypeError} for keys of another kind. */
export function publicKeyFrom(key: KeyObject): PublicKey {
  if (key.type !== 'public' || key.asymmetricKeyDetails?.namedCurve !== 'prime256v1')
    throw new TypeError('not an ECDSA P-256 public key');
  const hint = createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64');
  return { key, pem: key.export({ type: 'spki', format: 'pem' }).toString(), hint };
}

/** ECDSA over SHA-256; the signature in DER. */
export function isSignedBy(publicKey: PublicKey, signed: Uint8Array, signature: Uint8Array): boolean {
  return verify('sha256', signed, publicKey.key, signature);
}
