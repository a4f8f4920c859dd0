import http from 'node:http';
import net from 'node:net';
import type { Duplex } from 'node:stream';
import tls from 'node:tls';
import type { EngineAddress, TlsMaterial } from './address.js';
import { ConnectionLost } from './errors.js';

/**
 * Opens a socket to the engine.
 * @throws {ConnectionLost} (`connect`) when it does not answer within `timeoutMs`, or its certificate is not trusted.
 */
export function dial(address: EngineAddress, tlsMaterial: TlsMaterial | null, timeoutMs: number): Promise<net.Socket> {
  return new Promise((resolve, reject) => {
    const socket = open(address, tlsMaterial);
    const fail = (cause?: unknown) => {
      socket.destroy();
      reject(new ConnectionLost('connect', 'the engine does not answer', { cause }));
    };
    const timer = setTimeout(fail, timeoutMs);
    socket.once('error', (error) => {
      clearTimeout(timer);
      fail(error);
    });
    socket.once(tlsMaterial ? 'secureConnect' : 'connect', () => {
      clearTimeout(timer);
      socket.removeAllListeners('error');
      socket.setNoDelay?.(true);
      resolve(socket);
    });
  });
}

function open(address: EngineAddress, tlsMaterial: TlsMaterial | null): net.Socket {
  if (address.kind === 'unix') return net.connect({ path: address.path });
  const { host, port } = address;
  if (!tlsMaterial) return net.connect({ host, port });
  const { ca, cert, key, serverName } = tlsMaterial;
  const servername = serverName ?? (net.isIP(host) ? undefined : host);
  return tls.connect({ host, port, ca, cert, key, servername, ALPNProtocols: ['h2'], minVersion: 'TLSv1.2' });
}

/**
 * Asks a Docker engine to turn a connection into a raw one (`Upgrade: h2c`, paths `/grpc` and `/session` of its API).
 * @throws {ConnectionLost} when the other side does not speak HTTP/1.1 or refuses.
 */
export function upgrade(
  socket: net.Socket,
  path: string,
  headers: Readonly<Record<string, string | readonly string[]>>,
  timeoutMs: number,
): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ConnectionLost('connect', message, { cause }));
    };
    const timer = setTimeout(() => fail('the engine does not answer'), timeoutMs);
    const request = http.request({
      createConnection: () => socket,
      path,
      method: 'POST',
      headers: { Host: 'engine', Connection: 'Upgrade', Upgrade: 'h2c', ...(headers as http.OutgoingHttpHeaders) },
    });
    request.once('upgrade', (_response, upgraded, head) => {
      clearTimeout(timer);
      if (head.length > 0) upgraded.unshift(head);
      resolve(upgraded);
    });
    request.once('response', (response) => fail(`the engine answered ${response.statusCode}`));
    request.once('error', (error) => fail('the engine closed the connection', error));
    request.end();
  });
}

const maxAnswerBytes = 1024 * 1024;

/** One short question to a Docker engine's API. @throws {ConnectionLost} */
export function httpGet(socket: net.Socket, path: string, timeoutMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const fail = (message: string, cause?: unknown) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new ConnectionLost('call', message, { cause }));
    };
    const timer = setTimeout(() => fail('the engine does not answer'), timeoutMs);
    const headers = { Host: 'engine', Connection: 'close' };
    const request = http.request({ createConnection: () => socket, path, headers }, (response) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxAnswerBytes) fail('the engine answers too much');
        else chunks.push(chunk);
      });
      response.on('error', (error) => fail('the engine closed the connection', error));
      response.on('end', () => {
        clearTimeout(timer);
        resolve(Buffer.concat(chunks).toString());
      });
    });
    request.on('error', (error) => fail('the engine closed the connection', error));
    request.end();
  });
}
