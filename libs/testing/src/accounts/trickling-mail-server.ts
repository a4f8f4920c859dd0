import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A real server on loopback that answers as SMTP does for a while, and then goes on with one answer for ever. */
export interface TricklingMailServer {
  /** `smtp://` address without credentials. */
  readonly url: string;
  /** Connections that have not been closed yet. */
  readonly open: number;
  /** From now on new connections reach this server. */
  relayTo(url: string): void;
  close(): Promise<void>;
}

/** To EHLO, MAIL, RCPT and DATA. */
const answers = ['250 here', '250 sender', '250 recipient', '354 go on'];
const trickleMs = 10;

/** @param trickleAt how many commands get a whole answer before */
export async function startTricklingMailServer(trickleAt = 0): Promise<TricklingMailServer> {
  const sockets = new Set<Socket>();
  let relayUrl: URL | undefined;
  // Half open: a client that only ends its side has not let go of the connection.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    if (relayUrl) relay(socket, relayUrl);
    else trickle(socket, trickleAt);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `smtp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get open() {
      return sockets.size;
    },
    relayTo: (url) => {
      relayUrl = new URL(url);
    },
    close: () => {
      for (const socket of sockets) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

function trickle(socket: Socket, trickleAt: number): void {
  let answered = 0;
  let timer: NodeJS.Timeout | undefined;
  socket.on('close', () => clearInterval(timer));
  socket.on('data', () => {
    if (answered < trickleAt) socket.write(`${answers[answered++]}\r\n`);
    else timer ??= setInterval(() => socket.write('250-x\r\n'), trickleMs);
  });
  socket.write('220 here ESMTP\r\n');
}

function relay(socket: Socket, { hostname, port }: URL): void {
  const other = connect({ host: hostname, port: Number(port) });
  other.on('error', () => socket.destroy());
  socket.pipe(other).pipe(socket);
  socket.on('close', () => other.destroy());
}
