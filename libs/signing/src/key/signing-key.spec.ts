import { createHash, createPublicKey, generateKeyPairSync } from 'node:crypto';
import { masterKey, SealedBoxError } from '@cooperage/domain';
import { describe, expect, it } from 'vitest';
import { isSignedBy, publicKeyOf } from './public-key.js';
import { generateSigningKey, openSigningKey, sealSigningKey, signBytes, signingKeyOf } from './signing-key.js';

const masters = [masterKey(Buffer.alloc(32, 7))] as const;

describe('signing key', () => {
  it('is named by the hash of its public key', () => {
    const key = generateSigningKey();
    const der = createPublicKey(key.publicKeyPem).export({ type: 'spki', format: 'der' });
    expect(key.hint).toBe(createHash('sha256').update(der).digest('base64'));
    expect(publicKeyOf(key.publicKeyPem)).toMatchObject({ hint: key.hint, pem: key.publicKeyPem });
  });

  it('signs after being sealed and opened', () => {
    const key = generateSigningKey();
    const opened = openSigningKey(masters, sealSigningKey(masters, key, 'signing-key:1'), 'signing-key:1');
    expect(opened.hint).toBe(key.hint);
    const signature = signBytes(opened, Buffer.from('x'));
    expect(isSignedBy(publicKeyOf(key.publicKeyPem), Buffer.from('x'), signature)).toBe(true);
    expect(isSignedBy(publicKeyOf(key.publicKeyPem), Buffer.from('y'), signature)).toBe(false);
  });

  it('does not open for another project, nor with another master key', () => {
    const sealed = sealSigningKey(masters, generateSigningKey(), 'signing-key:1');
    expect(() => openSigningKey(masters, sealed, 'signing-key:2')).toThrow(SealedBoxError);
    expect(() => openSigningKey([masterKey(Buffer.alloc(32, 8))], sealed, 'signing-key:1')).toThrow(SealedBoxError);
  });

  it('leaves no key in the clear in its box', () => {
    const key = generateSigningKey();
    const der = key.privateKey.export({ type: 'pkcs8', format: 'der' });
    const secret = der.subarray(36, 68);
    expect(Buffer.from(sealSigningKey(masters, key, 'x')).includes(secret)).toBe(false);
  });

  it('is ECDSA P-256 and nothing else', () => {
    const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' });
    const ed25519 = generateKeyPairSync('ed25519');
    const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
    for (const pair of [p384, ed25519, rsa]) {
      expect(() => signingKeyOf(pair.privateKey)).toThrow(TypeError);
      const pem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
      expect(() => publicKeyOf(pem)).toThrow(TypeError);
    }
  });

  it('takes no private key, certificate or nonsense for a public key', () => {
    const pem = generateSigningKey().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    for (const text of [pem, '', 'x', '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'])
      expect(() => publicKeyOf(text)).toThrow(TypeError);
  });
});
