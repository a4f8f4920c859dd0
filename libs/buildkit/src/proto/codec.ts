import protobuf from 'protobufjs';
import type { MessageName, Messages } from './messages.js';
import { schema } from './schema.js';

/** A message as it is written: what is left out has protobuf's default value. */
export type MessageInput<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer U)[]
    ? readonly MessageInput<U>[]
    : T extends object
      ? { readonly [K in keyof T]?: MessageInput<T[K]> }
      : T;

const root = protobuf.parse(schema, { keepCase: true }).root;
const types = new Map<string, protobuf.Type>();

export function encode<N extends MessageName>(name: N, value: MessageInput<Messages[N]>): Uint8Array {
  const type = typeOf(name);
  return type.encode(type.fromObject(value as Record<string, unknown>)).finish();
}

/**
 * What stands before so many bytes as a field of a message: an encoded message, this, and the bytes are the same message
 * with that field, without a copy of them.
 */
export function bytesHead<N extends MessageName>(
  name: N,
  field: keyof Messages[N] & string,
  length: number,
): Uint8Array {
  const { id } = typeOf(name).fields[field]!;
  const ofBytes = 2;
  return protobuf.Writer.create()
    .uint32((id << 3) | ofBytes)
    .uint32(length)
    .finish();
}

/** @throws {RangeError|Error} when the bytes are no such message. */
export function decode<N extends MessageName>(name: N, bytes: Uint8Array): Messages[N] {
  const type = typeOf(name);
  return type.toObject(type.decode(bytes), readOptions) as Messages[N];
}

const readOptions: protobuf.IConversionOptions = { longs: Number, defaults: true, arrays: true, objects: true };

function typeOf(name: string): protobuf.Type {
  let type = types.get(name);
  if (!type) {
    type = root.lookupType(`cooperage.buildkit.${name}`);
    types.set(name, type);
  }
  return type;
}
