import { request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { socketPath } from '@cooperage/contracts';
import type { SharedRoom } from '@cooperage/domain';
import type { Logger } from '@cooperage/telemetry';
import { refusalOfHead } from './bounded-heads.js';
import { addressGroup, addressOf, addressSite, type TrustProxy, trustOf } from './client-address.js';
import { maxTunnels } from './connection-bounds.js';
import { ApiProblem } from './problem.js';
import { requestIdOf } from './request-id.js';
import { SharedSockets } from './shared-sockets.js';
import { passOn } from './tunnel-flow.js';

export interface LiveTunnelOptions {
  /** Base address of the live process. */
  readonly liveUrl: string;
  readonly trustProxy: TrustProxy;
  /** Most sockets at once. Beyond them the site with the most gives way. */
  readonly maxSockets?: number;
  /** Most sockets of one address at once: people behind one office line have one each for every open page. */
  readonly maxSocketsPerAddress?: number;
  /** Where what waits in tunnels counts, as answers do that nobody reads. */
  readonly room: SharedRoom;
  /** A tunnel ends when something waits in it and nothing leaves it for so long. */
  readonly stallMs?: number;
  readonly logger: Logger;
}

const handshakeMs = 5_000;
const usualStallMs = 60_000;
/** Time for a caller to read why he was refused. */
const refusalMs = 2_000;
/** Time for a caller to take the rest, and to close his side, when the live process has ended a connection. */
const goodbyeMs = 5_000;
/** Bytes behind a handshake, which its tunnel would hold. A client says nothing before it is answered. */
const mostBehind = 1_024;
/** What the live process needs to know of a handshake; nothing else of it is passed on. */
const passedHeaders = [
  'cookie',
  'origin',
  'sec-websocket-key',
  'sec-websocket-protocol',
  'sec-websocket-version',
  'user-agent',
] as const;

/**
 * Passes WebSocket connections for the live path on as bytes. No frame is read here: whatever a client sends can at worst
 * hurt the live process, which holds nothing (S-099). Extensions are not passed on, so nothing is compressed (S-100).
 * @returns ends all tunnels.
 */
export function addLiveTunnel(server: Server, options: LiveTunnelOptions): () => void {
  const { maxSockets = maxTunnels, maxSocketsPerAddress = 500 } = options;
  const sockets = new SharedSockets({ total: maxSockets, perAddress: maxSocketsPerAddress });
  const trust = trustOf(options.trustProxy);
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => socket.destroy());
    const id = requestIdOf(request);
    const problem = refusalOfHead(request);
    if (problem) return refuse(id, socket, problem);
    if (head.length > mostBehind) return refuse(id, socket, new ApiProblem('bad_request'));
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== socketPath && path !== `${socketPath}/`) return refuse(id, socket, new ApiProblem('not_found'));
    const address = addressOf(request, trust);
    if (!sockets.add(socket, address))
      return refuse(id, socket, new ApiProblem('unavailable', { retryAfterSeconds: 5 }));
    const target = new URL(request.url ?? '/', options.liveUrl);
    open({ id, target, headers: handshakeHeaders(request, id, address) }, socket, head, { ...options, address });
  });
  return () => sockets.end();
}

type Opening = Omit<LiveTunnelOptions, 'trustProxy'> & { readonly address: string };

/** What is passed on of a request. The request itself would be held for as long as its tunnel is open. */
interface Handshake {
  readonly id: string;
  readonly target: URL;
  readonly headers: Record<string, string>;
}

function open({ id, target, headers }: Handshake, socket: Duplex, head: Buffer, options: Opening): void {
  const upstream = httpRequest(target, { agent: false, headers, timeout: handshakeMs });
  const unavailable = () => refuse(id, socket, new ApiProblem('unavailable', { retryAfterSeconds: 2 }));
  upstream.once('timeout', () => upstream.destroy(new Error('the live process did not answer the handshake')));
  upstream.once('error', (error) => {
    // Whoever goes away before the answer chooses how often.
    if (socket.destroyed) return;
    options.logger.warn({ err: error }, 'live connection could not be opened');
    unavailable();
  });
  upstream.once('response', (response) => {
    response.resume();
    const codes: Readonly<Record<number, 'unauthenticated' | 'forbidden'>> = {
      401: 'unauthenticated',
      403: 'forbidden',
    };
    refuse(id, socket, new ApiProblem(codes[response.statusCode ?? 0] ?? 'bad_request'));
  });
  upstream.once('upgrade', (response, peer, peerHead) => {
    if (socket.destroyed) return peer.destroy();
    socket.write(`${statusAndHeaders(response)}\r\n\r\n`);
    if (head.length > 0) peer.write(head);
    if (peerHead.length > 0) socket.write(peerHead);
    join(socket as Socket, peer as Socket, options);
  });
  socket.once('close', () => upstream.destroy());
  upstream.end();
}

/** Each end's back pressure reaches the other; the end of one is the end of both. */
function join(socket: Socket, peer: Socket, { address, room, stallMs = usualStallMs }: Opening): void {
  for (const connection of [socket, peer]) {
    connection.setTimeout(0);
    connection.setNoDelay(true);
  }
  peer.on('error', () => peer.destroy());
  const end = () => reset(socket);
  const bounds = { room, holders: [addressGroup(address), addressSite(address)], stallMs, end };
  passOn(socket, peer, bounds);
  passOn(peer, socket, bounds);
  socket.once('close', () => peer.destroy());
  peer.once('close', () => endSoon(socket));
}

/** Unlike an end, this frees what the kernel holds for a reader who never takes it. */
function reset(socket: Socket): void {
  socket.resetAndDestroy();
}

/** A reader gets the rest. One who does not take it would leave it in the kernel for minutes, long after his place is free. */
function endSoon(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  // Nobody hears him any more, but the end of his side has to be seen.
  socket.resume();
  const timer = setTimeout(() => reset(socket), goodbyeMs).unref();
  socket.once('close', () => clearTimeout(timer));
}

function handshakeHeaders(request: IncomingMessage, id: string, address: string): Record<string, string> {
  const passed = passedHeaders.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [[name, String(value)] as const];
  });
  return {
    ...Object.fromEntries(passed),
    connection: 'Upgrade',
    upgrade: 'websocket',
    'x-request-id': id,
    'x-forwarded-for': address,
  };
}

function statusAndHeaders(response: IncomingMessage): string {
  const lines = [`HTTP/1.1 101 Switching Protocols`];
  for (let at = 0; at < response.rawHeaders.length; at += 2)
    lines.push(`${response.rawHeaders[at]}: ${response.rawHeaders[at + 1]}`);
  return lines.join('\r\n');
}

function refuse(id: string, socket: Duplex, problem: ApiProblem): void {
  if (socket.destroyed) return;
  const body = JSON.stringify(problem.body(id));
  const head = [
    `HTTP/1.1 ${problem.status} Refused`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  // A server's sockets may stay half open, and Node watches no socket of an upgrade: one whose caller never ends his side would stay.
  const close = setTimeout(() => socket.destroy(), refusalMs).unref();
  socket.once('close', () => clearTimeout(close));
}
