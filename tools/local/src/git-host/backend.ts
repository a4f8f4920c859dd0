import { spawn } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { CgiHead } from './cgi-head.ts';
import type { GitCall } from './route.ts';

/** Answers a call by git-http-backend(1), which speaks CGI (RFC 3875). */
export function answerByBackend(root: string, call: GitCall, request: IncomingMessage, response: ServerResponse): void {
  const child = spawn('git', ['http-backend'], {
    env: cgiVariables(root, call, request),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const head = new CgiHead();
  child.stdout.on('data', (chunk: Buffer) => {
    const body = head.push(chunk);
    if (!body) return;
    if (!response.headersSent) response.writeHead(head.status, head.headers);
    // Packs are large: the program waits for as long as the client cannot take more.
    if (!response.write(body)) {
      child.stdout.pause();
      response.once('drain', () => child.stdout.resume());
    }
  });
  child.stdout.once('end', () => {
    if (!response.headersSent) response.writeHead(500);
    response.end();
  });
  child.once('error', () => response.destroy());
  // A client that goes away ends the program; one that ends early has no use for the rest of the request.
  response.once('close', () => child.kill());
  child.stdin.on('error', () => {});
  request.pipe(child.stdin);
}

function cgiVariables(root: string, call: GitCall, request: IncomingMessage): NodeJS.ProcessEnv {
  const { headers } = request;
  const optional = {
    CONTENT_LENGTH: headers['content-length'],
    HTTP_CONTENT_ENCODING: headers['content-encoding'],
    GIT_PROTOCOL: headers['git-protocol']?.toString(),
    REMOTE_USER: call.isPush ? 'pusher' : undefined,
  };
  return {
    PATH: process.env.PATH,
    HOME: root,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_PROJECT_ROOT: root,
    GIT_HTTP_EXPORT_ALL: '1',
    PATH_INFO: call.pathInfo,
    QUERY_STRING: call.query,
    REQUEST_METHOD: request.method,
    CONTENT_TYPE: headers['content-type'] ?? '',
    REMOTE_ADDR: request.socket.remoteAddress,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
  };
}
