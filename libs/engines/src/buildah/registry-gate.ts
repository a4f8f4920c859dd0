import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import {
  createServer,
  type IncomingMessage,
  request as plainRequest,
  type Server,
  type ServerResponse,
} from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { AddressInfo } from 'node:net';
import { pipeline } from 'node:stream/promises';
import type { BuildRequest } from '../build-request.js';
import { type GateAsk, parseAsk } from './gate-ask.js';
import { finishManifest, type PushedManifest } from './manifest.js';

/** What one run may do at the service's registry, and what became of it. */
export class GatePass {
  readonly id = randomBytes(12).toString('hex');
  readonly password = randomBytes(24).toString('base64url');
  /** The image's manifest, once the registry has it. */
  pushed: PushedManifest | null = null;
  /** The last answer that was no success: 0 when there was none at all. */
  lastRefusal: { readonly status: number; readonly isWrite: boolean } | null = null;

  constructor(
    readonly request: BuildRequest,
    /** Repository of the cache that may be written, tags included. */
    readonly cacheRepository: string | null,
  ) {}

  mayWrite({ repository }: GateAsk): boolean {
    return repository === this.request.push.repository || repository === this.cacheRepository;
  }
}

const maxManifestBytes = 4 * 1024 * 1024;

/**
 * Stands between buildah and the service's registry, on this machine's loopback. buildah knows only a password that is
 * worth nothing elsewhere and dies with its run; the registry's tokens are asked for here and never touch its files.
 * And what buildah can only push as a tag, is passed on by digest: no tag ever exists.
 */
export class RegistryGate {
  private readonly passes = new Map<string, GatePass>();
  private listening: Promise<string> | null = null;
  private readonly server: Server;

  constructor(private readonly insecure: boolean) {
    this.server = createServer((ask, answer) => {
      this.serve(ask, answer).catch(() => answer.destroy());
    });
  }

  /** Address by which buildah reaches it. */
  host(): Promise<string> {
    this.listening ??= new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(0, '127.0.0.1', () => resolve(`127.0.0.1:${(this.server.address() as AddressInfo).port}`));
    });
    return this.listening;
  }

  open(pass: GatePass): void {
    this.passes.set(pass.id, pass);
  }

  end(pass: GatePass): void {
    this.passes.delete(pass.id);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    if (this.server.listening) await new Promise((done) => this.server.close(done));
  }

  private async serve(ask: IncomingMessage, answer: ServerResponse): Promise<void> {
    const pass = this.passOf(ask.headers.authorization);
    if (!pass) return refuse(answer, 401, 'UNAUTHORIZED', { 'www-authenticate': 'Basic realm="cooperage"' });
    const parsed = parseAsk(ask.method ?? '', ask.url ?? '');
    if (parsed === 'ping') return void answer.writeHead(200).end();
    if (!parsed || (parsed.isWrite && !pass.mayWrite(parsed))) return refuse(answer, 403, 'DENIED');
    await this.forward(pass, parsed, ask, answer);
  }

  private passOf(authorization: string | undefined): GatePass | undefined {
    const [name, password] = Buffer.from(authorization?.replace(/^Basic /, '') ?? '', 'base64')
      .toString()
      .split(':');
    const pass = this.passes.get(name ?? '');
    return pass && equal(pass.password, password ?? '') ? pass : undefined;
  }

  private async forward(pass: GatePass, ask: GateAsk, from: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { request } = pass;
    const scope = `repository:${ask.repository}:${ask.isWrite ? 'pull,push' : 'pull'}`;
    const token = await request.registryAuth.token(request.push.host, [scope]).catch(() => undefined);
    if (!token) {
      pass.lastRefusal = { status: token === null ? 403 : 0, isWrite: ask.isWrite };
      return refuse(answer, token === null ? 403 : 503, 'DENIED');
    }
    const isImage = ask.isWrite && ask.kind === 'manifests' && ask.repository === request.push.repository;
    const image = isImage ? finishManifest(await bytesOf(from), request) : null;
    const path = image ? `/v2/${ask.repository}/manifests/${image.digest}` : ask.path;
    const upstream = await this.send(pass, ask, path, from, image, token.token);
    if (!upstream) return refuse(answer, 503, 'UNAVAILABLE');
    const status = upstream.statusCode ?? 500;
    if (status >= 400 && !(status === 404 && !ask.isWrite)) pass.lastRefusal = { status, isWrite: ask.isWrite };
    if (image && status < 300) pass.pushed = image;
    answer.writeHead(status, backHeaders(upstream.headers));
    await pipeline(upstream, answer);
  }

  /** Null when the registry did not answer. */
  private send(
    pass: GatePass,
    ask: GateAsk,
    path: string,
    from: IncomingMessage,
    image: PushedManifest | null,
    token: string,
  ): Promise<IncomingMessage | null> {
    const { host } = pass.request.push;
    const [hostname, port] = splitHost(host);
    const headers = { ...forwardHeaders(from.headers), host, authorization: `Bearer ${token}` };
    const length = image && { 'content-length': image.content.length };
    const start = this.insecure ? plainRequest : tlsRequest;
    return new Promise((resolve) => {
      const options = { hostname, port, path, method: from.method, headers: { ...headers, ...length } };
      const upstream = start(options, resolve);
      upstream.on('error', () => {
        pass.lastRefusal = { status: 0, isWrite: ask.isWrite };
        resolve(null);
      });
      if (image) upstream.end(image.content);
      else pipeline(from, upstream).catch(() => upstream.destroy());
    });
  }
}

const hopByHop = new Set([
  'connection',
  'keep-alive',
  'transfer-encoding',
  'te',
  'trailer',
  'upgrade',
  'proxy-authorization',
]);

function forwardHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      hopByHop.has(name) || value === undefined ? [] : [[name, value]],
    ),
  );
}

/** Addresses for uploads come back as the registry's own; here they lead through the gate again. */
function backHeaders(headers: IncomingMessage['headers']): Record<string, string | string[]> {
  const { location } = headers;
  const url = location === undefined ? null : URL.parse(location, 'http://registry');
  const isUpload = url?.pathname.includes('/blobs/uploads/');
  return { ...forwardHeaders(headers), ...(isUpload && { location: url!.pathname + url!.search }) };
}

function splitHost(host: string): [string, string | undefined] {
  const { hostname, port } = new URL(`https://${host}`);
  return [hostname.replace(/^\[|\]$/g, ''), port === '' ? undefined : port];
}

function refuse(answer: ServerResponse, status: number, code: string, headers: Record<string, string> = {}): void {
  answer.writeHead(status, { 'content-type': 'application/json', ...headers });
  answer.end(JSON.stringify({ errors: [{ code, message: code.toLowerCase() }] }));
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > maxManifestBytes) throw new RangeError('the manifest is too large');
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function equal(a: string, b: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(hash(a), hash(b));
}
