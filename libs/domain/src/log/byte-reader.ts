/** Reads numbers and bytes from a buffer in order. Every read past the end is a RangeError. */
export class ByteReader {
  constructor(
    private readonly bytes: Uint8Array,
    public at = 0,
    private readonly end = bytes.length,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw new RangeError('the bytes end too early');
    return this.bytes[this.at++]!;
  }

  /** Little-endian base 128, as in protocol buffers; at most 2^53 - 1. */
  uvarint(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return safe(value);
    }
    throw new RangeError('a number without end');
  }

  /** A length, and a reader of that many bytes; this one moves behind them. */
  part(): ByteReader {
    const length = this.uvarint();
    if (length > this.end - this.at) throw new RangeError('the bytes end too early');
    const part = new ByteReader(this.bytes, this.at, this.at + length);
    this.at += length;
    return part;
  }

  /** All that is left; shares memory. */
  rest(): Uint8Array {
    const rest = this.bytes.subarray(this.at, this.end);
    this.at = this.end;
    return rest;
  }
}

export function uvarintSize(value: number): number {
  let size = 1;
  for (let rest = safe(value); rest >= 128; rest = Math.floor(rest / 128)) size++;
  return size;
}

/** @returns the position behind the number. */
export function putUvarint(out: Uint8Array, start: number, value: number): number {
  let at = start;
  let rest = value;
  while (rest >= 128) {
    out[at++] = (rest % 128) | 0x80;
    rest = Math.floor(rest / 128);
  }
  out[at++] = rest;
  return at;
}

function safe(value: number): number {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a number of a log: ${value}`);
  return value;
}
