import { Refusal } from '../delivery.js';
import { type Sliced, sliceBytes } from '../slices.js';

const percent = 0x25;
const plus = 0x2b;
const ampersand = 0x26;
const equals = 0x3d;
const space = 0x20;
const fieldName = 'payload';
/** Forges send one field, or two. */
const maxFields = 64;

/**
 * The bytes of the field `payload` of a form body (WHATWG URL, `application/x-www-form-urlencoded`). Works on bytes: a
 * proof over the JSON must see them as the forge wrote them, valid UTF-8 or not.
 * @throws {Refusal} `malformed` when there is not exactly one such field, there are too many fields, or its escapes are broken.
 */
export function* formPayload(body: Uint8Array): Sliced<Uint8Array> {
  const fields = yield* fieldsOf(body);
  const payloads = fields.filter((field) => nameOf(field) === fieldName);
  if (payloads.length !== 1) throw new Refusal('malformed', 'The form must have exactly one field "payload".');
  return yield* decode(payloads[0]!.subarray(fieldName.length + 1));
}

function* fieldsOf(body: Uint8Array): Sliced<Uint8Array[]> {
  const fields: Uint8Array[] = [];
  let start = 0;
  for (let sliceStart = 0; sliceStart < body.length; sliceStart += sliceBytes) {
    if (sliceStart > 0) yield;
    const slice = body.subarray(sliceStart, sliceStart + sliceBytes);
    for (let end = slice.indexOf(ampersand); end !== -1; end = slice.indexOf(ampersand, end + 1)) {
      if (fields.length === maxFields) throw new Refusal('malformed', `The form has more than ${maxFields} fields.`);
      fields.push(body.subarray(start, sliceStart + end));
      start = sliceStart + end + 1;
    }
  }
  fields.push(body.subarray(start));
  return fields;
}

function nameOf(field: Uint8Array): string | null {
  if (field[fieldName.length] !== equals) return null;
  return String.fromCharCode(...field.subarray(0, fieldName.length));
}

function* decode(value: Uint8Array): Sliced<Uint8Array> {
  // Not filled with zeros: of a long body that alone would keep others waiting. What is not written is not returned.
  const out = Buffer.allocUnsafeSlow(value.length);
  let length = 0;
  for (let at = 0, sliceEnd = sliceBytes; at < value.length; at++) {
    if (at >= sliceEnd) {
      yield;
      sliceEnd = at + sliceBytes;
    }
    const byte = value[at]!;
    if (byte === percent) {
      out[length++] = hexPair(value[at + 1], value[at + 2]);
      at += 2;
    } else out[length++] = byte === plus ? space : byte;
  }
  return out.subarray(0, length);
}

/** The value of two hex digits. Digits outside of the body are no digits. */
function hexPair(high = 0, low = 0): number {
  const value = digitOf(high) * 16 + digitOf(low);
  if (Number.isNaN(value)) throw new Refusal('malformed', 'The form has a broken percent escape.');
  return value;
}

function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : Number.NaN;
}
