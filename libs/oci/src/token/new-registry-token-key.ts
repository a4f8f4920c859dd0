import { generateKeyPairSync, type KeyObject, randomBytes, sign, X509Certificate } from 'node:crypto';
import { der, derBits, derOid, derTags, derTime, derUnsigned } from './der.js';

export interface NewRegistryTokenKey {
  /** PKCS#8: for whoever mints. */
  readonly privateKeyPem: string;
  /** For the registry's `rootcertbundle`. */
  readonly certificatePem: string;
}

const ecdsaWithSha256 = der(derTags.sequence, derOid('1.2.840.10045.4.3.2'));
const oids = { commonName: '2.5.4.3', keyUsage: '2.5.29.15' };

/**
 * A new EC P-256 key and its self-signed certificate (RFC 5280), so that setting up a registry needs no other tool.
 * @param validDays of the certificate; the registry refuses tokens when they are over.
 */
export function newRegistryTokenKey(commonName: string, validDays: number, now = new Date()): NewRegistryTokenKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const body = certificateBody(commonName, publicKey, now, new Date(now.getTime() + validDays * 86_400_000));
  const certificate = der(derTags.sequence, body, ecdsaWithSha256, derBits(sign('sha256', body, privateKey)));
  return {
    privateKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificatePem: new X509Certificate(certificate).toString(),
  };
}

function certificateBody(commonName: string, publicKey: KeyObject, from: Date, until: Date): Buffer {
  const name = derName(commonName);
  const serial = randomBytes(16);
  // RFC 5280 asks for a positive number without leading zeros.
  serial[0] = 0x80 | serial[0]!;
  return der(
    derTags.sequence,
    der(derTags.explicit0, der(derTags.integer, Buffer.of(2))),
    derUnsigned(serial),
    ecdsaWithSha256,
    name,
    der(derTags.sequence, derTime(wholeSecond(from)), derTime(wholeSecond(until))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(derTags.explicit3, der(derTags.sequence, digitalSignatureOnly())),
  );
}

function derName(commonName: string): Buffer {
  const attribute = der(derTags.sequence, derOid(oids.commonName), der(derTags.utf8String, Buffer.from(commonName)));
  return der(derTags.sequence, der(derTags.set, attribute));
}

function digitalSignatureOnly(): Buffer {
  const critical = der(0x01, Buffer.of(0xff));
  const usage = der(derTags.octetString, derBits(Buffer.of(0x80), 7));
  return der(derTags.sequence, derOid(oids.keyUsage), critical, usage);
}

function wholeSecond(date: Date): Date {
  return new Date(Math.floor(date.getTime() / 1000) * 1000);
}
