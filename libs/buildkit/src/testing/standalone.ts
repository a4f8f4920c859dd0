import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http2, { type Http2Server, type IncomingHttpHeaders, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsFiles } from '../wire/address.js';
import { openTransport } from '../wire/transport.js';

/** An engine on a port, which passes everything on to another one, and can be cut off from it. */
export interface Standalone {
  readonly address: string;
  /** Answers nothing any more, but keeps every connection open. */
  freeze(): void;
  thaw(): void;
  /** Breaks every connection that there is. */
  cut(): void;
  /** Breaks every connection once, when the engine has answered the next call of a method, such as `Control/Solve`, and nobody has heard it. */
  cutBeforeAnswer(method: string): void;
  connections(): number;
  stop(): Promise<void>;
}

export async function startStandalone(enginePath: string, tls?: TlsFiles): Promise<Standalone> {
  const target = { address: { kind: 'unix' as const, path: enginePath }, tls: null, connectTimeoutMs: 5_000 };
  const engine = await openTransport(target, 'buildkit');
  let frozen = false;
  let cutAt: string | undefined;
  const sockets = new Set<Socket>();
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  const answered = (path: string) => {
    if (cutAt === undefined || !path.endsWith(`.${cutAt}`)) return;
    cutAt = undefined;
    cut();
  };
  const server = create(tls);
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('session', (session) => session.on('error', () => {}));
  server.on('stream', (stream, _headers, _flags, raw) => {
    if (!frozen) passOn(engine, stream, raw as unknown as string[], answered);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    address: `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`,
    freeze: () => {
      frozen = true;
    },
    thaw: () => {
      frozen = false;
    },
    cut,
    cutBeforeAnswer: (method) => {
      cutAt = method;
    },
    connections: () => sockets.size,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      engine.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}

function create(tls: TlsFiles | undefined): Http2Server {
  const settings = { settings: { maxHeaderListSize: 1 << 20 } };
  if (!tls) return http2.createServer(settings);
  const { caFile, certFile, keyFile } = tls;
  const [ca, cert, key] = [caFile, certFile, keyFile].map((file) => readFileSync(file));
  return http2.createSecureServer({ ...settings, ca, cert, key, requestCert: true, rejectUnauthorized: true });
}

function passOn(
  engine: http2.ClientHttp2Session,
  stream: ServerHttp2Stream,
  raw: string[],
  answered: (path: string) => void,
): void {
  const headers: Record<string, string[]> = {};
  for (let i = 0; i < raw.length; i += 2) {
    const name = raw[i]!;
    if (name === ':authority' || name === ':scheme') continue;
    headers[name] = [...(headers[name] ?? []), raw[i + 1]!];
  }
  const single = Object.entries(headers).map(([name, values]) => [name, values.length === 1 ? values[0] : values]);
  const upstream = engine.request(Object.fromEntries(single));
  let trailers: IncomingHttpHeaders = {};
  upstream.on('response', (answer) => {
    if (!stream.destroyed) stream.respond(withoutDates(answer), { waitForTrailers: true });
  });
  upstream.on('trailers', (found) => {
    trailers = found;
    answered(headers[':path']?.[0] ?? '');
  });
  stream.on('wantTrailers', () => stream.sendTrailers(trailers));
  stream.on('error', () => {});
  upstream.on('error', () => {});
  stream.on('close', () => upstream.close(http2.constants.NGHTTP2_CANCEL));
  stream.pipe(upstream);
  upstream.pipe(stream);
}

function withoutDates(headers: IncomingHttpHeaders): IncomingHttpHeaders {
  const { date: _date, ...rest } = headers;
  return rest;
}

/** Certificates of one authority for `server` and `client`, made with openssl. */
export function makeCertificates(): { server: TlsFiles; client: TlsFiles; stranger: TlsFiles; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'cooperage-tls-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  for (const authority of ['ca', 'other-ca'])
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${authority}.key`,
      '-out',
      `${authority}.pem`,
      '-days',
      '2',
      '-subj',
      `/CN=${authority}`,
    );
  writeFileSync(join(folder, 'names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  const issue = (name: string, authority: string): TlsFiles => {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
    const signer = ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`, '-CAcreateserial'];
    openssl('x509', '-req', '-in', `${name}.csr`, ...signer, '-days', '2', '-extfile', 'names', '-out', `${name}.pem`);
    const at = (file: string) => join(folder, file);
    return { caFile: at('ca.pem'), certFile: at(`${name}.pem`), keyFile: at(`${name}.key`) };
  };
  return {
    server: issue('server', 'ca'),
    client: issue('client', 'ca'),
    stranger: issue('stranger', 'other-ca'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}
