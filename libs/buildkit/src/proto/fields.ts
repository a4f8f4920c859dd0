import protobuf from 'protobufjs';

/** One field of an encoded message. */
export interface Field {
  readonly id: number;
  /** All of it, with what stands before its value. */
  readonly encoded: Uint8Array;
  /** Of text, bytes and messages; null for numbers. */
  readonly value: Uint8Array | null;
  /** Of whole numbers below 2^32; null for all others. */
  readonly number: number | null;
}

const [wholeNumber, ofBytes] = [0, 2];

/**
 * The fields of a message in their order, also those that `schema` leaves out: a message that is changed field by field
 * keeps all that nobody here knows of.
 * @throws {RangeError|Error} when the bytes are no message
 */
export function fieldsOf(message: Uint8Array): Field[] {
  const reader = protobuf.Reader.create(message);
  const fields: Field[] = [];
  while (reader.pos < reader.len) {
    const start = reader.pos;
    const tag = reader.uint32();
    const type = tag & 7;
    const value = type === ofBytes ? reader.bytes() : null;
    const number = type === wholeNumber ? Number(reader.uint64()) : null;
    if (value === null && number === null) reader.skipType(type);
    fields.push({ id: tag >>> 3, encoded: message.subarray(start, reader.pos), value, number });
  }
  return fields;
}

/** Text of the first field with this number; undefined where there is none. */
export function textOf(message: Uint8Array, id: number): string | undefined {
  const value = fieldsOf(message).find((field) => field.id === id)?.value;
  return value ? Buffer.from(value).toString() : undefined;
}

export function bytesField(id: number, value: Uint8Array): Uint8Array {
  return protobuf.Writer.create()
    .uint32((id << 3) | ofBytes)
    .bytes(value)
    .finish();
}

/** The same message with other values of some of its fields of bytes. @param change null leaves a field as it is */
export function withFields(
  message: Uint8Array,
  change: (id: number, value: Uint8Array) => Uint8Array | null,
): Uint8Array {
  let isChanged = false;
  const parts = fieldsOf(message).map(({ id, encoded, value }) => {
    const after = value && change(id, value);
    if (!after) return encoded;
    isChanged = true;
    return bytesField(id, after);
  });
  return isChanged ? Buffer.concat(parts) : message;
}
