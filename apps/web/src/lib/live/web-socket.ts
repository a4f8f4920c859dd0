import type { LiveSocket } from './live-connection';
import {
  connectPacket,
  disconnectPacket,
  eventPacket,
  type Packet,
  pong,
  readPacket,
  withParts,
} from './socket-packets';

export interface SocketAddress {
  /** `wss://…/api/live/`, without a query. */
  readonly url: string;
  readonly namespace: string;
}

/** A handshake that has not ended after this long will not, in milliseconds. */
const handshakeMs = 20_000;

type Listener = (...values: never[]) => void;

/** One try to be connected, and the connection that comes of it. */
interface Line {
  readonly wire: WebSocket;
  timer: ReturnType<typeof setTimeout> | undefined;
  silenceMs: number;
  nextId: number;
  readonly answers: Map<number, (...values: never[]) => void>;
  /** An event whose bytes are on their way. */
  event: { readonly values: readonly unknown[]; readonly awaited: number; readonly parts: ArrayBuffer[] } | null;
}

/**
 * The pages' side of the socket: what they need of Socket.IO and nothing else, because its own client weighs as much as
 * all the rest of a page. It does not connect again by itself; whoever uses it decides when.
 *
 * Events of its own, beside the server's: `connect`, `disconnect` with a reason, and `connect_error` with an error whose
 * message is the server's refusal, `websocket error` or `timeout`.
 */
export class WireSocket implements LiveSocket {
  connected = false;
  private line: Line | null = null;
  private readonly listeners = new Map<string, Set<Listener>>();

  constructor(private readonly address: SocketAddress) {}

  connect(): void {
    if (this.line) return;
    const wire = new WebSocket(`${this.address.url}?EIO=4&transport=websocket`);
    wire.binaryType = 'arraybuffer';
    const line: Line = { wire, timer: undefined, silenceMs: handshakeMs, nextId: 0, answers: new Map(), event: null };
    this.line = line;
    this.expectWord(line);
    wire.onmessage = ({ data }: MessageEvent<string | ArrayBuffer>) => this.line === line && this.take(line, data);
    wire.onclose = () => this.end(line, 'transport close', 'websocket error');
  }

  disconnect(): void {
    const { line } = this;
    if (!line) return;
    if (this.connected) line.wire.send(disconnectPacket(this.address.namespace));
    this.end(line, 'io client disconnect', null);
  }

  /** The network is gone: nobody is told who could answer. */
  lose(): void {
    if (this.line) this.end(this.line, 'transport close', 'websocket error');
  }

  emit(message: string, payload: unknown, acknowledge: Listener): void {
    const { line } = this;
    if (!line || !this.connected) return;
    const id = line.nextId++;
    line.answers.set(id, acknowledge);
    line.wire.send(eventPacket(this.address.namespace, id, [message, payload]));
  }

  on(event: string, listener: Listener): void {
    this.listeners.set(event, (this.listeners.get(event) ?? new Set()).add(listener));
  }

  off(event: string, listener: Listener): void {
    this.listeners.get(event)?.delete(listener);
  }

  private take(line: Line, data: string | ArrayBuffer): void {
    this.expectWord(line);
    if (typeof data === 'string') this.takePacket(line, readPacket(data));
    else if (line.event) {
      line.event.parts.push(data);
      this.deliver(line);
    }
  }

  private takePacket(line: Line, packet: Packet): void {
    if (packet.kind === 'open') {
      line.silenceMs = packet.silenceMs;
      line.wire.send(connectPacket(this.address.namespace));
    } else if (packet.kind === 'ping') line.wire.send(pong);
    else if (packet.kind === 'connected') {
      this.connected = true;
      this.fire('connect');
    } else if (packet.kind === 'disconnected') this.end(line, 'io server disconnect', 'websocket error');
    else if (packet.kind === 'refused') this.end(line, 'io server disconnect', packet.message);
    else if (packet.kind === 'answer') {
      const acknowledge = line.answers.get(packet.id);
      line.answers.delete(packet.id);
      acknowledge?.(...(packet.values as never[]));
    } else if (packet.kind === 'event') {
      line.event = { values: packet.values, awaited: packet.parts, parts: [] };
      this.deliver(line);
    }
  }

  private deliver(line: Line): void {
    const { event } = line;
    if (!event || event.parts.length < event.awaited) return;
    line.event = null;
    const [name, ...values] = withParts(event.values, event.parts);
    this.fire(String(name), ...values);
  }

  /** Every word of the server says that it is there; it says one at least as often as it promised. */
  private expectWord(line: Line): void {
    clearTimeout(line.timer);
    line.timer = setTimeout(() => this.end(line, 'ping timeout', 'timeout'), line.silenceMs);
  }

  /** @param refusal why there is no connection, where there was none yet; null where nobody wants to know */
  private end(line: Line, reason: string, refusal: string | null): void {
    if (this.line !== line) return;
    const was = this.connected;
    this.line = null;
    this.connected = false;
    clearTimeout(line.timer);
    line.wire.close();
    if (was) this.fire('disconnect', reason);
    else if (refusal !== null) this.fire('connect_error', new Error(refusal));
  }

  private fire(event: string, ...values: unknown[]): void {
    for (const listener of [...(this.listeners.get(event) ?? [])]) listener(...(values as never[]));
  }
}
