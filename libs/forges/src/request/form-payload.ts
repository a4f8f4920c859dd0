import { Refusal } from '../delivery.js';

const percent = 0x25;
const plus = 0x2b;
const ampersand = 0x26;
const equals = 0x3d;
const space = 0x20;
const fieldName = 'payload';

/**
 * The bytes of the field `payload` of a form body (WHATWG URL, `application/x-www-form-urlencoded`). Works on bytes: a
 * proof over the JSON must see them as the forge wrote them, valid UTF-8 or not.
 * @throws {Refusal} `malformed` when there is not exactly one such field or its escapes are broken.
 */
export function formPayload(body: Uint8Array): Uint8Array {
  const payloads = fieldsOf(body).filter((field) => nameOf(field) === fieldName);
  if (payloads.length !== 1) throw new Refusal('malformed', 'The form must have exactly one field "payload".');
  return decode(payloads[0]!.subarray(fieldName.length + 1));
}

function fieldsOf(body: Uint8Array): Uint8Array[] {
  const fields: Uint8Array[] = [];
  let start = 0;
  for (let end = body.indexOf(ampersand); end !== -1; end = body.indexOf(ampersand, start)) {
    fields.push(body.subarray(start, end));
    start = end + 1;
  }
  fields.push(body.subarray(start));
  return fields;
}

function nameOf(field: Uint8Array): string | null {
  if (field[fieldName.length] !== equals) return null;
  return String.fromCharCode(...field.subarray(0, fieldName.length));
}

function decode(value: Uint8Array): Uint8Array {
  const out = new Uint8Array(value.length);
  let length = 0;
  for (let at = 0; at < value.length; at++) {
    const byte = value[at]!;
    if (byte === percent) {
      out[length++] = hexPair(value[at + 1], value[at + 2]);
      at += 2;
    } else out[length++] = byte === plus ? space : byte;
  }
  return out.subarray(0, length);
}

function hexPair(high: number | undefined, low: number | undefined): number {
  const pair = String.fromCharCode(high ?? 0, low ?? 0);
  if (!/^[0-9A-Fa-f]{2}$/.test(pair)) throw new Refusal('malformed', 'The form has a broken percent escape.');
  return Number.parseInt(pair, 16);
}
