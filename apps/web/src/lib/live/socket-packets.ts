/**
 * The part of Engine.IO 4 and Socket.IO 5 that this product's pages speak: over a WebSocket from the first byte on, one
 * namespace, what the page sends is text, and what it receives carries bytes beside the text.
 */
export type Packet =
  /** The server's first word. Silence for longer than this, in milliseconds, means that it is gone. */
  | { readonly kind: 'open'; readonly silenceMs: number }
  | { readonly kind: 'ping' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'disconnected' }
  | { readonly kind: 'refused'; readonly message: string }
  /** `parts` byte messages follow; each stands where `values` has `{ _placeholder: true, num }`. */
  | { readonly kind: 'event'; readonly values: readonly unknown[]; readonly parts: number }
  | { readonly kind: 'answer'; readonly id: number; readonly values: readonly unknown[] }
  | { readonly kind: 'unknown' };

export const pong = '3';

export const connectPacket = (namespace: string): string => `40${namespace},`;
export const disconnectPacket = (namespace: string): string => `41${namespace},`;

/** An event whose answer will carry `id`. */
export function eventPacket(namespace: string, id: number, values: readonly unknown[]): string {
  return `42${namespace},${id}${JSON.stringify(values)}`;
}

/** Type, number of byte messages, namespace, number of the answer, and the rest as JSON. */
const message = /^4([0-6])(?:(\d+)-)?(?:\/[^,]*,)?(\d+)?(.*)$/s;

/** Whatever this page does not know is no error: the server may be newer. */
export function readPacket(text: string): Packet {
  if (text[0] === '0') return openPacket(text.slice(1));
  if (text === '2') return { kind: 'ping' };
  const [, type, parts = '0', id, body = ''] = message.exec(text) ?? [];
  if (type === '0') return { kind: 'connected' };
  if (type === '1') return { kind: 'disconnected' };
  const value = jsonOf(body);
  if (type === '4') return { kind: 'refused', message: String((value as { message?: unknown } | null)?.message) };
  if (!Array.isArray(value)) return { kind: 'unknown' };
  if (type === '3' && id !== undefined) return { kind: 'answer', id: Number(id), values: value };
  return type === '2' || type === '5' ? { kind: 'event', values: value, parts: Number(parts) } : { kind: 'unknown' };
}

function openPacket(body: string): Packet {
  const limits = jsonOf(body) as { pingInterval?: unknown; pingTimeout?: unknown } | null;
  const silenceMs = Number(limits?.pingInterval) + Number(limits?.pingTimeout);
  return silenceMs > 0 ? { kind: 'open', silenceMs } : { kind: 'unknown' };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** An event with its bytes in their places. */
export function withParts(values: readonly unknown[], parts: readonly ArrayBuffer[]): unknown[] {
  return values.map((value) => {
    const place = value as { _placeholder?: unknown; num?: unknown } | null;
    return place?._placeholder === true ? parts[Number(place.num)] : value;
  });
}
