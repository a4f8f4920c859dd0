import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isSealedByFirst,
  type MasterKeys,
  masterKey,
  openBox,
  parseMasterKeys,
  SealedBoxError,
  type SealedBoxErrorCode,
  sealBox,
} from './sealed-box.js';

const keyA = masterKey(Buffer.alloc(32, 1));
const keyB = masterKey(Buffer.alloc(32, 2));
const secret = Buffer.from('a password');

function code(action: () => unknown): SealedBoxErrorCode | undefined {
  try {
    action();
    return undefined;
  } catch (error) {
    if (error instanceof SealedBoxError) return error.code;
    throw error;
  }
}

describe('sealed box', () => {
  it('gives back what was sealed, for any bytes and any associated data', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.string(), (plaintext, about) => {
        expect([...openBox([keyA], sealBox([keyA], plaintext, about), about)]).toEqual([...plaintext]);
      }),
    );
  });

  it('refuses a box whose any bit was changed', () => {
    const box = sealBox([keyA], secret, 'row:1');
    fc.assert(
      fc.property(fc.nat(box.length * 8 - 1), (bit) => {
        const changed = Uint8Array.from(box);
        changed[bit >> 3]! ^= 1 << (bit & 7);
        expect(code(() => openBox([keyA], changed, 'row:1'))).toBeDefined();
      }),
    );
  });

  it('refuses a box that was moved to another row', () => {
    const box = sealBox([keyA], secret, 'row:1');
    expect(code(() => openBox([keyA], box, 'row:2'))).toBe('not_authentic');
  });

  it('refuses every truncation of a box', () => {
    const box = sealBox([keyA], secret, 'row:1');
    for (let length = 0; length < box.length; length++)
      expect(code(() => openBox([keyA], box.subarray(0, length), 'row:1'))).toBeDefined();
  });

  it('says which key is missing without telling a key', () => {
    const box = sealBox([keyA], secret, 'x');
    expect(() => openBox([keyB], box, 'x')).toThrow(`master key ${keyA.id}, which is not configured`);
    expect(code(() => openBox([keyB], box, 'x'))).toBe('unknown_key');
  });

  it('refuses a key that pastes the id of another one', () => {
    const impostor = { id: keyA.id, bytes: keyB.bytes };
    expect(code(() => openBox([impostor], sealBox([keyA], secret, 'x'), 'x'))).toBe('not_authentic');
  });

  it('S-060 opens old boxes and seals new ones with the first key while a key is rotated', () => {
    const rotated: MasterKeys = [keyB, keyA];
    const old = sealBox([keyA], secret, 'x');
    expect(isSealedByFirst(rotated, old)).toBe(false);
    const fresh = sealBox(rotated, openBox(rotated, old, 'x'), 'x');
    expect(isSealedByFirst(rotated, fresh)).toBe(true);
    expect(Buffer.from(openBox([keyB], fresh, 'x'))).toEqual(secret);
    expect(code(() => openBox([keyB], old, 'x'))).toBe('unknown_key');
  });

  it('never makes the same box twice', () => {
    expect(sealBox([keyA], secret, 'x')).not.toEqual(sealBox([keyA], secret, 'x'));
  });
});

describe('parseMasterKeys', () => {
  const bytes = Buffer.from(Array.from({ length: 32 }, (_, index) => 255 - index));

  it.each([
    ['base64', bytes.toString('base64')],
    ['base64url', bytes.toString('base64url')],
    ['hex', bytes.toString('hex')],
    ['upper case hex with spaces', ` ${bytes.toString('hex').toUpperCase()} `],
  ])('reads %s', (_name, text) => {
    expect(Buffer.from(parseMasterKeys(text)[0].bytes)).toEqual(bytes);
  });

  it('keeps the order of a list', () => {
    const keys = parseMasterKeys(`${bytes.toString('hex')},${Buffer.alloc(32, 1).toString('base64')}`);
    expect(keys.map((key) => key.id)).toEqual([masterKey(bytes).id, keyA.id]);
  });

  it.each([
    '',
    ',',
    'short',
    bytes.subarray(1).toString('base64'),
    `${bytes.toString('hex')},`,
    `${bytes.toString('hex')}00`,
  ])('refuses %j and does not repeat it', (text) => {
    expect(code(() => parseMasterKeys(text))).toBe('bad_master_key');
    if (text.length > 2) expect(() => parseMasterKeys(text)).not.toThrow(text);
  });
});
