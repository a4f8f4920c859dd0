import { createPrivateKey, X509Certificate } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { newRegistryTokenKey } from './new-registry-token-key.js';
import { registryTokenKey } from './registry-token.js';

describe('newRegistryTokenKey', () => {
  const made = newRegistryTokenKey('registry tokens ü', 3_650, new Date('2026-11-24T12:00:00.5Z'));
  const certificate = new X509Certificate(made.certificatePem);

  it('makes a key that mints, with its own certificate', () => {
    expect(registryTokenKey(made.privateKeyPem, made.certificatePem).certificate.subject).toBe('CN=registry tokens ü');
    expect(certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.issuer).toBe(certificate.subject);
  });

  it('is valid for as long as asked', () => {
    expect(certificate.validFromDate).toEqual(new Date('2026-11-24T12:00:00Z'));
    expect(certificate.validToDate).toEqual(new Date('2036-11-21T12:00:00Z'));
  });

  it('never makes the same key or serial twice', () => {
    const other = newRegistryTokenKey('registry tokens ü', 1);
    expect(other.privateKeyPem).not.toBe(made.privateKeyPem);
    expect(new X509Certificate(other.certificatePem).serialNumber).not.toBe(certificate.serialNumber);
  });
});
