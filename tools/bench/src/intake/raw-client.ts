import { connect, type Socket } from 'node:net';

/** What came back for one request. */
export interface RawAnswer {
  readonly status: number;
  readonly hasRetryAfter: boolean;
  readonly body: string;
}

/** One kept-alive connection that sends ready bytes and reads the response, with as little work as possible. */
class RawConnection {
  private socket: Socket | null = null;
  private text = '';
  private settle: { resolve: (answer: RawAnswer) => void; reject: (error: Error) => void } | null = null;

  constructor(private readonly port: number) {}

  send(request: Uint8Array): Promise<RawAnswer> {
    return new Promise((resolve, reject) => {
      this.settle = { resolve, reject };
      this.text = '';
      this.socket ??= this.open();
      this.socket.write(request);
    });
  }

  close(): void {
    this.socket?.destroy();
  }

  private open(): Socket {
    const socket = connect({ port: this.port, host: '127.0.0.1', noDelay: true });
    socket.on('data', (data) => this.read(data.toString('latin1')));
    const broken = (error?: Error) => {
      // One that was replaced ends late; the call under way is not its own.
      if (this.socket !== socket) return;
      this.socket = null;
      this.settle?.reject(error ?? new Error('the connection was closed without a response'));
      this.settle = null;
    };
    socket.on('error', broken).on('close', () => broken());
    return socket;
  }

  private read(part: string): void {
    this.text += part;
    const headEnd = this.text.indexOf('\r\n\r\n');
    if (headEnd < 0 || !this.settle) return;
    const head = this.text.slice(0, headEnd).toLowerCase();
    const length = Number(/\r\ncontent-length: (\d+)/.exec(head)?.[1] ?? 0);
    const body = this.text.slice(headEnd + 4);
    if (body.length < length) return;
    const { resolve } = this.settle;
    this.settle = null;
    if (head.includes('\r\nconnection: close')) {
      this.socket?.destroy();
      this.socket = null;
    }
    resolve({ status: Number(head.slice(9, 12)), hasRetryAfter: head.includes('\r\nretry-after: '), body });
  }
}

/** Connections to one port of this machine. */
export class RawClient {
  private readonly free: RawConnection[] = [];
  private readonly all: RawConnection[] = [];

  constructor(
    private readonly port: number,
    private readonly maxConnections: number,
  ) {}

  /** Null when all connections are busy. */
  send(request: Uint8Array): Promise<RawAnswer> | null {
    const connection = this.free.pop() ?? this.another();
    return connection?.send(request).finally(() => this.free.push(connection)) ?? null;
  }

  /** Sends all requests, as many at once as there are connections. @returns the answers in the order of the requests */
  async sendAll(requests: readonly Uint8Array[]): Promise<RawAnswer[]> {
    const answers: RawAnswer[] = new Array(requests.length);
    let next = 0;
    const work = async () => {
      for (let at = next++; at < requests.length; at = next++) answers[at] = await this.send(requests[at]!)!;
    };
    await Promise.all(Array.from({ length: this.maxConnections }, work));
    return answers;
  }

  close(): void {
    for (const connection of this.all) connection.close();
  }

  private another(): RawConnection | null {
    if (this.all.length >= this.maxConnections) return null;
    const connection = new RawConnection(this.port);
    this.all.push(connection);
    return connection;
  }
}
