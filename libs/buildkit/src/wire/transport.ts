import http2, { type ClientHttp2Session } from 'node:http2';
import type { Duplex } from 'node:stream';
import type { EngineAddress, TlsMaterial } from './address.js';
import { dial, upgrade } from './dial.js';
import { ConnectionLost } from './errors.js';
import { clientOptions, connectionWindowBytes } from './http2-options.js';

/**
 * How an engine is spoken to: `docker` (a Docker engine: HTTP/1.1 upgrade, then gRPC) or `buildkit` (a standalone
 * buildkitd: gRPC at once).
 */
export type Dialect = 'docker' | 'buildkit';

export interface Target {
  readonly address: EngineAddress;
  readonly tls: TlsMaterial | null;
  /** Milliseconds until an engine that does not answer counts as gone. */
  readonly connectTimeoutMs: number;
}

/** Opens one gRPC connection. @throws {ConnectionLost} (`connect`) */
export async function openTransport(target: Target, dialect: Dialect): Promise<ClientHttp2Session> {
  const socket = await dial(target.address, target.tls, target.connectTimeoutMs);
  if (dialect === 'buildkit') return greeted(overSocket(socket), target.connectTimeoutMs);
  const session = overSocket(await upgrade(socket, '/grpc', {}, target.connectTimeoutMs));
  // Node reads what came with the upgrade in a tick of its own, and throws there when the session was destroyed before.
  await new Promise((resolve) => process.nextTick(resolve));
  return session;
}

/**
 * Finds out which dialect an engine speaks by trying.
 * @throws {ConnectionLost} (`connect`)
 */
export async function probeDialect(target: Target): Promise<{ dialect: Dialect; session: ClientHttp2Session }> {
  // An engine that is not there at all is found out here, so that the second try is only made for the wrong dialect.
  (await dial(target.address, target.tls, target.connectTimeoutMs)).destroy();
  try {
    return { dialect: 'buildkit', session: await openTransport(target, 'buildkit') };
  } catch {
    return { dialect: 'docker', session: await openTransport(target, 'docker') };
  }
}

function overSocket(socket: Duplex): ClientHttp2Session {
  const session = http2.connect('http://localhost', { ...clientOptions, createConnection: () => socket });
  // Every call on the session learns of its end by itself; without a listener Node would end the process.
  session.on('error', () => {});
  // It may be destroyed in the moment in which it connects.
  session.once('connect', () => session.destroyed || session.setLocalWindowSize(connectionWindowBytes));
  return session;
}

/** A server that speaks HTTP/2 sends its settings first; one that does not, never will. */
function greeted(session: ClientHttp2Session, timeoutMs: number): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const fail = (cause?: unknown) => {
      clearTimeout(timer);
      session.destroy();
      reject(new ConnectionLost('connect', 'the engine does not speak gRPC', { cause }));
    };
    const timer = setTimeout(fail, timeoutMs);
    session.once('error', fail);
    session.once('close', fail);
    session.once('remoteSettings', () => {
      clearTimeout(timer);
      session.off('error', fail);
      session.off('close', fail);
      resolve(session);
    });
  });
}
