import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';

/**
 * Secrets at rest: AES-256-GCM (NIST SP 800-38D) under one of several master keys. The first key of a list seals, every
 * key of it opens, so that a key is rotated by putting the new one in front and sealing again what `isSealedByFirst`
 * denies. A key seals at most 2^32 boxes (random 96-bit nonces).
 *
 * Box: `version 1, key id 8, nonce 12, ciphertext n, tag 16` bytes. Version, key id and the caller's associated data
 * are authenticated: a box that is moved to another row or another purpose does not open.
 */
const version = 1;
const keyBytes = 32;
const keyIdBytes = 8;
const nonceBytes = 12;
const tagBytes = 16;
const headerBytes = 1 + keyIdBytes;
/** A box is this much longer than what it holds. */
export const sealedBoxOverheadBytes = headerBytes + nonceBytes + tagBytes;

export interface MasterKey {
  /** Names the key without telling it: the first 8 bytes of a hash, in hex. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** At least one key; the first seals. */
export type MasterKeys = readonly [MasterKey, ...MasterKey[]];

/**
 * `bad_master_key`: the configured list cannot be used. `malformed`: the bytes are no box. `unknown_key`: sealed with a
 * key that is not in the list. `not_authentic`: changed bytes, or other associated data than at sealing.
 */
export type SealedBoxErrorCode = 'bad_master_key' | 'malformed' | 'unknown_key' | 'not_authentic';

export class SealedBoxError extends Error {
  override readonly name = 'SealedBoxError';
  readonly code: SealedBoxErrorCode;

  constructor(code: SealedBoxErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * @param text one or more keys of 32 bytes, comma separated, each in base64, base64url or hex.
 * @throws {SealedBoxError} `bad_master_key`, naming the position and never the key.
 */
export function parseMasterKeys(text: string): MasterKeys {
  const [first, ...others] = text.split(',').map((part, index) => masterKey(decodeKey(part.trim(), index + 1)));
  return [first!, ...others];
}

/** @throws {SealedBoxError} `bad_master_key` when `bytes` are not 32. */
export function masterKey(bytes: Uint8Array): MasterKey {
  if (bytes.length !== keyBytes) throw new SealedBoxError('bad_master_key', `a master key has ${keyBytes} bytes`);
  const id = createHash('sha256').update('cooperage master key id\0').update(bytes).digest('hex');
  return { id: id.slice(0, 2 * keyIdBytes), bytes };
}

/** @param associatedData what the box belongs to, for example `signing-key:<id>`; needed again to open it. */
export function sealBox(keys: MasterKeys, plaintext: Uint8Array, associatedData: string): Uint8Array {
  const [key] = keys;
  const header = Buffer.concat([Buffer.of(version), Buffer.from(key.id, 'hex')]);
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes });
  cipher.setAAD(authenticated(header, associatedData));
  return Buffer.concat([header, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** @throws {SealedBoxError} `malformed`, `unknown_key` or `not_authentic`. */
export function openBox(keys: MasterKeys, box: Uint8Array, associatedData: string): Uint8Array {
  const key = keyOf(keys, box);
  const bytes = Buffer.from(box.buffer, box.byteOffset, box.length);
  const nonce = bytes.subarray(headerBytes, headerBytes + nonceBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce, { authTagLength: tagBytes });
  decipher.setAAD(authenticated(bytes.subarray(0, headerBytes), associatedData));
  decipher.setAuthTag(bytes.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(headerBytes + nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    throw new SealedBoxError('not_authentic', 'the sealed bytes were changed, or belong to something else');
  }
}

/** Whether a box needs no sealing anew after a rotation. @throws {SealedBoxError} `malformed`. */
export function isSealedByFirst(keys: MasterKeys, box: Uint8Array): boolean {
  return keyIdOf(box) === keys[0].id;
}

function keyOf(keys: MasterKeys, box: Uint8Array): MasterKey {
  const id = keyIdOf(box);
  const key = keys.find((candidate) => candidate.id === id);
  if (!key) throw new SealedBoxError('unknown_key', `sealed with master key ${id}, which is not configured`);
  return key;
}

function keyIdOf(box: Uint8Array): string {
  if (box.length < sealedBoxOverheadBytes || box[0] !== version)
    throw new SealedBoxError('malformed', 'not a sealed box');
  return Buffer.from(box.subarray(1, headerBytes)).toString('hex');
}

function authenticated(header: Uint8Array, associatedData: string): Uint8Array {
  return Buffer.concat([header, Buffer.from(associatedData)]);
}

function decodeKey(text: string, position: number): Uint8Array {
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  const bytes = /^[A-Za-z0-9+/_-]{43}=?$/.test(text) ? Buffer.from(text, 'base64') : Buffer.alloc(0);
  if (bytes.length !== keyBytes)
    throw new SealedBoxError('bad_master_key', `master key ${position} is not ${keyBytes} bytes in base64 or hex`);
  return bytes;
}
