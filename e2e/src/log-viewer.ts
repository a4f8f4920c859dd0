import { type ClientMessage, type ServerMessages, type SubscribeAnswer, socketPath } from '@cooperage/contracts';
import { decodeLogEntries } from '@cooperage/domain/predicates';
import { io, type Socket } from 'socket.io-client';

type Answering = { [M in ClientMessage]: (payload: unknown, answer: (reply: SubscribeAnswer) => void) => void };

/** A browser's view of one log: it resumes at its own cursor, whatever happens to its socket. */
export class LogViewer {
  private readonly parts: Uint8Array[] = [];
  private next = 0;
  private socket: Socket<ServerMessages, Answering> | undefined;
  isComplete = false;

  constructor(
    private readonly origin: string,
    private readonly cookies: string,
    private readonly log: { readonly buildId: string; readonly attempt: number },
  ) {}

  /** Number of the entry that is expected next. */
  get cursor(): number {
    return this.next;
  }

  /** Bytes that steps printed, as seen by this viewer. */
  get text(): Buffer {
    return Buffer.concat(this.parts);
  }

  get isConnected(): boolean {
    return this.socket?.connected ?? false;
  }

  /** @throws {Error} when the subscription is refused */
  async connect(): Promise<void> {
    const socket: Socket<ServerMessages, Answering> = io(`${this.origin}/live`, {
      path: socketPath,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: { cookie: this.cookies, origin: this.origin },
    });
    this.socket = socket;
    socket.on('log:frames', (_head, frames) => this.take(frames));
    socket.on('log:complete', () => {
      this.isComplete = true;
    });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('connect_error', reject);
    });
    const answer = await socket.timeout(10_000).emitWithAck('log:subscribe', { ...this.log, from: this.next });
    if (!answer.ok) throw new Error(`log:subscribe was answered ${answer.code}`);
  }

  /** Without a word, as a lost network does. */
  cut(): void {
    this.socket?.io.engine.close();
    this.socket?.disconnect();
  }

  /** Reads nothing of what the server sends, until it resumes. */
  pause(): void {
    this.connection.pause();
  }

  resume(): void {
    this.connection.resume();
  }

  private get connection(): { pause(): void; resume(): void } {
    // Not that below it: the library of WebSockets resumes it by itself.
    const transport = this.socket?.io.engine.transport as unknown as {
      ws: { pause(): void; resume(): void };
    };
    return transport.ws;
  }

  private take(frames: Uint8Array): void {
    for (const entry of decodeLogEntries(new Uint8Array(frames))) {
      if (entry.n < this.next) continue;
      if (entry.n > this.next) throw new Error(`entry ${this.next} is missing before ${entry.n}`);
      this.next = entry.n + 1;
      if (entry.kind === 'text') this.parts.push(entry.data);
    }
  }
}
