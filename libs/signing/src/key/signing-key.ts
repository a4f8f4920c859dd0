import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { type MasterKeys, openBox, sealBox } from '@cooperage/domain';
import { publicKeyFrom } from './public-key.js';

/** A project's signing key, open. It exists in the control process only; what is stored is sealed. */
export interface SigningKey {
  readonly privateKey: KeyObject;
  /** SPKI, as `cosign verify --key` reads it. */
  readonly publicKeyPem: string;
  /** Base64 of the SHA-256 of the public key's SPKI DER. */
  readonly hint: string;
}

/** A new ECDSA P-256 key. */
export function generateSigningKey(): SigningKey {
  return signingKeyOf(generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey);
}

/** @throws {TypeError} for keys that are not ECDSA P-256. */
export function signingKeyOf(privateKey: KeyObject): SigningKey {
  const { pem, hint } = publicKeyFrom(createPublicKey(privateKey));
  return { privateKey, publicKeyPem: pem, hint };
}

/** @param belongsTo associated data, `sealedSubject.signingKey(projectId)`: the box opens for nothing else. */
export function sealSigningKey(keys: MasterKeys, key: SigningKey, belongsTo: string): Uint8Array {
  const der = key.privateKey.export({ type: 'pkcs8', format: 'der' });
  try {
    return sealBox(keys, der, belongsTo);
  } finally {
    der.fill(0);
  }
}

/** @throws {SealedBoxError} when it was sealed with other master keys, for something else, or was changed. */
export function openSigningKey(keys: MasterKeys, sealed: Uint8Array, belongsTo: string): SigningKey {
  const der = Buffer.from(openBox(keys, sealed, belongsTo));
  try {
    return signingKeyOf(createPrivateKey({ key: der, type: 'pkcs8', format: 'der' }));
  } finally {
    der.fill(0);
  }
}

/** ECDSA over SHA-256, the signature in DER. A fresh nonce each time: the same bytes are never signed alike. */
export function signBytes(key: SigningKey, bytes: Uint8Array): Buffer {
  return sign('sha256', bytes, key.privateKey);
}
