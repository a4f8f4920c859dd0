import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { Problem } from '../config-error.js';
import type { Reader } from '../reader.js';
import { variables as v } from '../variables.js';

/** Keys that are good by themselves and wrong beside each other. */
export function keyRelations(reader: Reader): Problem[] {
  return [...sharedKeys(reader), ...foreignCertificate(reader)];
}

/** One key for both would give whoever opens stored credentials the signing keys too. */
function sharedKeys(reader: Reader): Problem[] {
  const stored = (reader.valueOf(v.encryptionKeys) ?? []).map((key) => hex(key.reveal()));
  const signing = (reader.valueOf(v.signingEncryptionKeys) ?? []).map((key) => hex(key.reveal()));
  if (!signing.some((key) => stored.includes(key))) return [];
  return [{ name: 'SIGNING_ENCRYPTION_KEY', says: 'shares a key with ENCRYPTION_KEY: make one of its own' }];
}

function foreignCertificate(reader: Reader): Problem[] {
  const key = reader.valueOf(v.registryTokenKey);
  const certificate = reader.valueOf(v.registryTokenCertificate);
  if (!key || !certificate) return [];
  if (new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key.reveal()))) return [];
  return [{ name: 'COOPERAGE_REGISTRY_TOKEN_CERT', says: 'is not the certificate of COOPERAGE_REGISTRY_TOKEN_KEY' }];
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
