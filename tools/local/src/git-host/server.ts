import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { answerByBackend } from './backend.ts';
import { mayPush, type PushCredentials } from './credentials.ts';
import { routeCall } from './route.ts';

export interface GitHostSettings {
  /** The folder of the bare repositories. */
  readonly root: string;
  readonly credentials: PushCredentials;
  /** Whose calls without a password may push too. */
  readonly trusts: (call: IncomingMessage) => boolean;
}

/**
 * Serves repositories over git's smart HTTP: everybody on this machine may clone; who is trusted, or knows the password,
 * may push.
 */
export function createGitHost(settings: GitHostSettings): Server {
  return createServer((request, response) => answer(settings, request, response));
}

function answer(settings: GitHostSettings, request: IncomingMessage, response: ServerResponse): void {
  const call = routeCall(request.method, request.url ?? '/');
  if (request.url === '/healthz') reply(response, 200, 'ok');
  else if (!call) reply(response, 404, 'There is no such repository.');
  else if (call.isPush && !isAllowed(settings, request)) askForPassword(response);
  else answerByBackend(settings.root, call, request, response);
}

function isAllowed({ credentials, trusts }: GitHostSettings, request: IncomingMessage): boolean {
  const { authorization } = request.headers;
  return authorization === undefined ? trusts(request) : mayPush(authorization, credentials);
}

function askForPassword(response: ServerResponse): void {
  response.setHeader('www-authenticate', 'Basic realm="Cooperage git", charset="UTF-8"');
  reply(response, 401, 'A push needs a password, unless the user who started Cooperage pushes from this machine.');
}

function reply(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${text}\n`);
}
