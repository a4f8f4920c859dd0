import { createPrivateKey, type KeyObject, randomBytes, scrypt } from 'node:crypto';
import { promisify } from 'node:util';
import { xsalsa20poly1305 } from '@noble/ciphers/salsa.js';
import { objectOf } from '../format/statement.js';
import { type SigningKey, signingKeyOf } from './signing-key.js';

/**
 * cosign's key files (`cosign.key`): PEM around JSON that names scrypt and NaCl's secretbox, around PKCS#8. Opening one
 * takes about a fifth of a second by design: do it once, never per signature.
 */
interface Kdf {
  readonly N: number;
  readonly r: number;
  readonly p: number;
  readonly salt: Uint8Array;
}

interface KeyFile {
  readonly kdf: Kdf;
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/** `malformed`: no such file. `too_costly`: it asks for more work than allowed. `wrong_password`, `wrong_key_type`. */
export class KeyFileError extends Error {
  override readonly name = 'KeyFileError';

  constructor(
    readonly code: 'malformed' | 'too_costly' | 'wrong_password' | 'wrong_key_type',
    message: string,
  ) {
    super(message);
  }
}

const label = 'ENCRYPTED SIGSTORE PRIVATE KEY';
const pemPattern =
  /^\s*-----BEGIN (ENCRYPTED (?:SIGSTORE|COSIGN) PRIVATE KEY)-----([A-Za-z0-9+/=\s]+)-----END \1-----\s*$/;
const maxFileLength = 16_384;
/** What cosign itself writes. */
const cost = { N: 65_536, r: 8, p: 1 } as const;
/** A file may not choose what it costs us: twice what cosign writes, 128 MiB and about half a second. */
const maxCost = { N: 131_072, r: 8, p: 1 } as const;
const saltBytes = 32;
const nonceBytes = 24;
const keyBytes = 32;

const deriveKey = promisify(scrypt) as (
  password: Uint8Array,
  salt: Uint8Array,
  length: number,
  options: { N: number; r: number; p: number; maxmem: number },
) => Promise<Buffer>;

/** @throws {KeyFileError} */
export async function importCosignKey(pem: string, password: string): Promise<SigningKey> {
  const file = parseKeyFile(pem);
  const key = await fileKey(password, file.kdf);
  let der: Uint8Array;
  try {
    der = xsalsa20poly1305(key, file.nonce).decrypt(file.ciphertext);
  } catch {
    throw new KeyFileError('wrong_password', 'the password is wrong, or the key file is damaged');
  } finally {
    key.fill(0);
  }
  return readPrivateKey(der);
}

/** The key as cosign's commands read it with `--key` and `COSIGN_PASSWORD`. */
export async function exportCosignKey(
  { privateKey }: Pick<SigningKey, 'privateKey'>,
  password: string,
): Promise<string> {
  const kdf = { ...cost, salt: randomBytes(saltBytes) };
  const nonce = randomBytes(nonceBytes);
  const key = await fileKey(password, kdf);
  const ciphertext = xsalsa20poly1305(key, nonce).encrypt(pkcs8(privateKey));
  key.fill(0);
  const json = {
    kdf: { name: 'scrypt', params: cost, salt: kdf.salt.toString('base64') },
    cipher: { name: 'nacl/secretbox', nonce: nonce.toString('base64') },
    ciphertext: Buffer.from(ciphertext).toString('base64'),
  };
  const body = Buffer.from(JSON.stringify(json))
    .toString('base64')
    .replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN ${label}-----\n${body}\n-----END ${label}-----\n`;
}

function parseKeyFile(pem: string): KeyFile {
  const body = pem.length <= maxFileLength ? pemPattern.exec(pem)?.[2] : undefined;
  if (body === undefined) throw new KeyFileError('malformed', 'not an encrypted key file of cosign');
  const json = readJson(body);
  const kdf = objectOf(json?.kdf);
  const cipher = objectOf(json?.cipher);
  if (kdf?.name !== 'scrypt' || cipher?.name !== 'nacl/secretbox')
    throw new KeyFileError('malformed', 'the key file uses another encryption than cosign');
  return {
    kdf: { ...checkedCost(objectOf(kdf.params)), salt: bytesOf(kdf.salt, saltBytes) },
    nonce: bytesOf(cipher.nonce, nonceBytes),
    ciphertext: bytesOf(json?.ciphertext),
  };
}

function readJson(base64: string): Readonly<Record<string, unknown>> | null {
  try {
    return objectOf(JSON.parse(Buffer.from(base64, 'base64').toString('utf8')));
  } catch {
    return null;
  }
}

function checkedCost(params: Readonly<Record<string, unknown>> | null): Omit<Kdf, 'salt'> {
  const { N, r, p } = params ?? {};
  for (const value of [N, r, p])
    if (!Number.isSafeInteger(value) || (value as number) < 1)
      throw new KeyFileError('malformed', 'the key file has no cost');
  const asked = { N: N as number, r: r as number, p: p as number };
  if (asked.N > maxCost.N || asked.r > maxCost.r || asked.p > maxCost.p)
    throw new KeyFileError('too_costly', 'the key file asks for more work than a key file of cosign needs');
  if (asked.N < 2 || (asked.N & (asked.N - 1)) !== 0)
    throw new KeyFileError('malformed', 'the key file has no valid cost');
  return asked;
}

function bytesOf(value: unknown, length?: number): Uint8Array {
  const bytes = typeof value === 'string' ? Buffer.from(value, 'base64') : Buffer.alloc(0);
  if (bytes.length === 0 || (length !== undefined && bytes.length !== length))
    throw new KeyFileError('malformed', 'a part of the key file has a wrong length');
  return bytes;
}

function fileKey(password: string, { N, r, p, salt }: Kdf): Promise<Buffer> {
  return deriveKey(Buffer.from(password), salt, keyBytes, { N, r, p, maxmem: 256 * N * r });
}

function readPrivateKey(der: Uint8Array): SigningKey {
  try {
    return signingKeyOf(createPrivateKey({ key: Buffer.from(der), type: 'pkcs8', format: 'der' }));
  } catch {
    throw new KeyFileError('wrong_key_type', 'the key file holds no ECDSA P-256 key');
  }
}

function pkcs8(privateKey: KeyObject): Uint8Array {
  return privateKey.export({ type: 'pkcs8', format: 'der' });
}
