import { randomBytes } from 'node:crypto';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';

const unpackers = [gunzipSync, zstdDecompressSync, inflateSync, inflateRawSync, brotliDecompressSync];
const most = { maxOutputLength: 512 * 1024 * 1024 };

/** A value that must be nowhere but where it was put, and the forms in which it would be the same. */
export class Canary {
  private readonly forms: readonly Buffer[];

  /** @param value one that nobody else has, unless a test wants to see that what is there would be found */
  constructor(readonly value: string = `canary-${randomBytes(12).toString('hex')}`) {
    const bytes = Buffer.from(value);
    // Inside a longer base64 text a value begins at one of three places, which leaves out letters at both of its ends.
    const inBase64 = [0, 1, 2].map((shift) =>
      Buffer.concat([Buffer.alloc(shift), bytes])
        .toString('base64')
        .slice(shift === 0 ? 0 : shift + 1, -4),
    );
    const texts = [value, ...inBase64, bytes.toString('hex'), bytes.toString('hex').toUpperCase()];
    this.forms = texts.map((text) => Buffer.from(text));
  }

  /** Whether it stands in bytes, as they are or packed by any of the ways that something here packs. */
  isIn(bytes: Uint8Array): boolean {
    return this.stands(bytes) || unpackers.some((unpack) => this.stands(unpacked(unpack, bytes)));
  }

  /** The same of bytes that nothing packs. */
  stands(bytes: Uint8Array): boolean {
    const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    return this.forms.some((form) => buffer.includes(form));
  }
}

function unpacked(unpack: (bytes: Uint8Array, options: typeof most) => Buffer, bytes: Uint8Array): Buffer {
  try {
    return unpack(bytes, most);
  } catch {
    return Buffer.alloc(0); // it was not packed this way
  }
}
