import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { existsSync } from 'node:fs';
import * as x509 from '@peculiar/x509';
import { writeAtomic } from '../../files/atomic-file.ts';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const TEN_YEARS_MS = 10 * 365.25 * 24 * 3600 * 1000;

export interface TokenKeyFiles {
  /** PKCS#8, PEM: the API signs registry tokens with it. */
  readonly keyFile: string;
  /** Its certificate, PEM: the registry trusts tokens whose `x5c` header carries it. */
  readonly certificateFile: string;
}

/** Makes the key and its self-signed certificate once. */
export async function ensureTokenKey(files: TokenKeyFiles): Promise<void> {
  if (existsSync(files.keyFile) && existsSync(files.certificateFile)) return;
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'CN=Cooperage registry tokens',
    notBefore: new Date(Date.now() - 3600 * 1000),
    notAfter: new Date(Date.now() + TEN_YEARS_MS),
    signingAlgorithm: ALGORITHM,
    keys,
    extensions: [new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true)],
  });
  const key = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey));
  writeAtomic(files.keyFile, x509.PemConverter.encode(key, 'PRIVATE KEY'), 0o600);
  writeAtomic(files.certificateFile, certificate.toString('pem'));
}
