import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface GitHttpServerOptions {
  /** Folder whose repositories are served by their names. */
  readonly root: string;
  /** Answers a request itself (returns true), to refuse or to lie. A promise holds the request up. */
  readonly intercept?: (request: IncomingMessage, response: ServerResponse) => boolean | Promise<boolean>;
  /** Speak protocol version 0 only, as old hosts do. */
  readonly oldProtocol?: boolean;
  /** 127.0.0.1 where it is left out. */
  readonly address?: string;
}

export interface GitHttpServer {
  /** `http://ADDRESS:PORT` */
  readonly origin: string;
  readonly port: number;
  /** Method, path and query of every request so far. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Real git over smart http (`git http-backend`) on a free loopback port. */
export async function startGitHttpServer(options: GitHttpServerOptions): Promise<GitHttpServer> {
  const requests: string[] = [];
  const server = createServer(async (request, response) => {
    requests.push(`${request.method} ${request.url}`);
    if (!(await options.intercept?.(request, response))) serve(options, request, response);
  });
  const { address = '127.0.0.1' } = options;
  await new Promise<void>((resolve) => server.listen(0, address, resolve));
  const { port } = server.address() as AddressInfo;
  return { origin: `http://${address}:${port}`, port, requests, close: () => closeServer(server) };
}

/** Whether the request carries exactly these basic credentials, the scheme in any case; answers 401 when it does not. */
export function demandBasic(username: string, password: string) {
  const expected = Buffer.from(`${username}:${password}`).toString('base64');
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    if (request.headers.authorization?.replace(/^basic /i, '') === expected) return false;
    response.writeHead(401, { 'www-authenticate': 'Basic realm="git"' }).end();
    return true;
  };
}

function serve(options: GitHttpServerOptions, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://host');
  const child = spawn('git', ['http-backend'], { env: cgiEnvironment(options, request, url), stdio: 'pipe' });
  child.stderr.resume();
  child.stdin.on('error', () => {});
  child.on('error', () => response.destroy());
  request.pipe(child.stdin);
  response.on('close', () => child.kill());
  void forward(child.stdout, response);
}

function cgiEnvironment(options: GitHttpServerOptions, request: IncomingMessage, url: URL): Record<string, string> {
  const { headers } = request;
  return {
    PATH: process.env.PATH ?? '',
    GIT_PROJECT_ROOT: options.root,
    GIT_HTTP_EXPORT_ALL: '1',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'safe.directory',
    GIT_CONFIG_VALUE_0: '*',
    REQUEST_METHOD: request.method ?? 'GET',
    PATH_INFO: decodeURIComponent(url.pathname),
    QUERY_STRING: url.search.slice(1),
    REMOTE_ADDR: '127.0.0.1',
    CONTENT_TYPE: headers['content-type'] ?? '',
    HTTP_CONTENT_ENCODING: headers['content-encoding'] ?? '',
    ...(headers['content-length'] && { CONTENT_LENGTH: headers['content-length'] }),
    ...(headers['git-protocol'] && !options.oldProtocol && { GIT_PROTOCOL: String(headers['git-protocol']) }),
  };
}

/** The answer of a CGI program (RFC 3875): header lines, an empty line, the body. */
async function forward(output: AsyncIterable<Buffer>, response: ServerResponse): Promise<void> {
  let head: Buffer | undefined = Buffer.alloc(0);
  for await (const chunk of output) {
    if (head) {
      head = Buffer.concat([head, chunk]);
      const end = head.indexOf('\r\n\r\n');
      if (end < 0) continue;
      applyHead(head.toString('latin1', 0, end), response);
      response.write(head.subarray(end + 4));
      head = undefined;
    } else response.write(chunk);
  }
  response.end();
}

function applyHead(text: string, response: ServerResponse): void {
  for (const line of text.split('\r\n')) {
    const [name, value] = [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()];
    if (name === 'Status') response.statusCode = Number.parseInt(value, 10);
    else response.setHeader(name, value);
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
