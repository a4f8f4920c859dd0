/** Just enough DER (ITU-T X.690) to write one certificate. */
export function der(tag: number, ...contents: Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.of(tag), lengthOf(content.length), content]);
}

export const derTags = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  utf8String: 0x0c,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
  explicit0: 0xa0,
  explicit3: 0xa3,
} as const;

/** `1.2.840.10045.4.3.2` → object identifier. */
export function derOid(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return der(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

/** An unsigned integer of big-endian bytes. */
export function derUnsigned(bytes: Uint8Array): Buffer {
  return der(derTags.integer, Buffer.of(0), bytes);
}

export function derBits(bytes: Uint8Array, unusedBits = 0): Buffer {
  return der(derTags.bitString, Buffer.of(unusedBits), bytes);
}

/** `YYYYMMDDHHMMSSZ`. */
export function derTime(date: Date): Buffer {
  const digits = date.toISOString().replace(/\.\d+|[-:T]/g, '');
  return der(derTags.generalizedTime, Buffer.from(digits));
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.of(length);
  const bytes = base256(length);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

function base256(value: number): number[] {
  return value < 256 ? [value] : [...base256(Math.floor(value / 256)), value % 256];
}

function base128(value: number): number[] {
  const groups = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) groups.unshift(0x80 | (rest % 128));
  return groups;
}
