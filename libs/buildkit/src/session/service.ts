import type { ServerHttp2Stream } from 'node:http2';
import { decode, encode, type MessageInput } from '../proto/codec.js';
import type { MessageName, Messages } from '../proto/messages.js';

/** A refusal that the engine gets to see: a gRPC code and a sentence without secrets. */
export class SessionFault extends Error {
  override readonly name = 'SessionFault';
  readonly code: number;

  constructor(code: number, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}

/** Values of the request's headers by name, repeats kept apart. */
export type CallHeaders = ReadonlyMap<string, readonly string[]>;

/** A method that the engine may call on us. */
export type SessionMethod =
  | {
      readonly kind: 'unary';
      readonly path: string;
      answer(request: Uint8Array, headers: CallHeaders): Promise<Uint8Array>;
    }
  | {
      readonly kind: 'stream';
      readonly path: string;
      serve(stream: ServerHttp2Stream, headers: CallHeaders): Promise<void>;
    };

export function unaryMethod<Q extends MessageName, A extends MessageName>(
  path: string,
  request: Q,
  answer: A,
  handle: (
    request: Messages[Q],
    headers: CallHeaders,
  ) => MessageInput<Messages[A]> | Promise<MessageInput<Messages[A]>>,
): SessionMethod {
  return {
    kind: 'unary',
    path,
    answer: async (bytes, headers) => encode(answer, await handle(decode(request, bytes), headers)),
  };
}

/** Node joins repeated headers with a comma, which file names may hold: read them from the raw list. */
export function readHeaders(raw: readonly string[]): CallHeaders {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const list = values.get(raw[i]!);
    if (list) list.push(raw[i + 1]!);
    else values.set(raw[i]!, [raw[i + 1]!]);
  }
  return values;
}
