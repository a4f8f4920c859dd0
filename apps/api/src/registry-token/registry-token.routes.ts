import type { IncomingMessage } from 'node:http';
import { parseScopes } from '@cooperage/oci';
import type { Logger } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiSettings } from '../app/settings.js';
import type { TokenHolder } from '../auth/principal.js';
import type { PrincipalsService } from '../auth/principals.service.js';
import { ApiProblem } from '../http/problem.js';
import { replyProblem } from '../http/problem-reply.js';
import { readBody } from '../http/read-body.js';
import { toProblem } from '../http/to-problem.js';
import { RegistryCallers } from './registry-callers.js';
import type { RegistryTokensService } from './registry-tokens.service.js';

export interface RegistryTokenParts {
  readonly tokens: RegistryTokensService;
  readonly principals: PrincipalsService;
  readonly settings: ApiSettings;
  readonly logger: Logger;
}

const path = '/api/v1/registry/token';
const bodyLimit = 16_384;
const mostFields = 100;
const basic = /^Basic +([A-Za-z0-9+/]+={0,2})$/i;

/**
 * The token service that the registry sends its clients to: Docker's token authentication (GET with Basic) and its OAuth2
 * form (POST with a form). The password is an API token; without one, what is public can be pulled.
 */
export function addRegistryTokenRoutes(server: FastifyInstance, parts: RegistryTokenParts): void {
  server.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(
      'application/x-www-form-urlencoded',
      async (request: FastifyRequest, payload: IncomingMessage) =>
        formOf((await readBody(request, payload)).toString('utf8')),
    );
    scope.setErrorHandler((error, request, reply) => {
      const problem = toProblem(error);
      if (problem.status >= 500) parts.logger.error({ err: error, requestId: request.id }, 'no registry token');
      // Clients ask people for credentials by this word.
      if (problem.status === 401) void reply.header('www-authenticate', 'Basic realm="cooperage"');
      return replyProblem(reply, problem);
    });
    const callers = new RegistryCallers(parts.principals);
    // What is wrong with the way a password is sent is said by the handler.
    const holderOf = async (request: FastifyRequest) =>
      isReadable(request) ? callers.holderOf(request, passwordOf(request), request.ip) : null;
    const config = { access: 'public' as const, holderOf };
    const look = (request: FastifyRequest, password: string) => callers.look(request, password, request.ip);
    scope.get(path, { config }, (request, reply) => answer(parts, look, request, reply, queryOf(request)));
    scope.post(path, { config, bodyLimit }, (request, reply) => {
      if (!(request.body instanceof URLSearchParams)) throw new ApiProblem('unsupported_media_type');
      assertGrantType(request.body.get('grant_type'));
      return answer(parts, look, request, reply, request.body);
    });
  });
}

/** Docker's client sends some eight fields. Each is an object of its own once it is read, and waits with its request (R18A-2). */
function formOf(text: string): URLSearchParams {
  if (text.split('&', mostFields + 1).length > mostFields)
    throw new ApiProblem('bad_request', { detail: `The form has more than ${mostFields} fields.` });
  return new URLSearchParams(text);
}

type Look = (request: FastifyRequest, password: string) => Promise<TokenHolder | null>;

async function answer(
  { tokens, settings }: RegistryTokenParts,
  look: Look,
  request: FastifyRequest,
  reply: FastifyReply,
  fields: URLSearchParams,
): Promise<FastifyReply> {
  const password = passwordOf(request);
  const service = fields.get('service');
  if (service !== null && service !== settings.registryToken.service)
    throw new ApiProblem('bad_request', { detail: 'This token service is for another registry.' });
  const holder = password === null ? null : await holderOf(look, request, password);
  const asked = parseScopes(fields.getAll('scope'));
  const { token, expiresInSeconds, issuedAt } = await tokens.mintFor(holder, asked);
  return reply
    .header('cache-control', 'no-store')
    .send({ token, access_token: token, expires_in: expiresInSeconds, issued_at: issuedAt });
}

/** @throws {ApiProblem} `unauthenticated`: a wrong password is told, and not answered with less. */
async function holderOf(look: Look, request: FastifyRequest, password: string): Promise<TokenHolder> {
  const holder = await look(request, password);
  if (holder === null)
    throw new ApiProblem('unauthenticated', { detail: 'The password is an API token that is valid.' });
  return holder;
}

function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.raw.url?.split('?', 2)[1] ?? '');
}

function isReadable(request: FastifyRequest): boolean {
  try {
    passwordOf(request);
    return true;
  } catch {
    return false;
  }
}

/** Of the form, or else of the header. @throws {ApiProblem} `unauthenticated` for a header that is not Basic. */
function passwordOf(request: FastifyRequest): string | null {
  const { body } = request;
  return (body instanceof URLSearchParams ? body.get('password') : null) ?? basicPassword(request);
}

/** Null without an `Authorization` header. @throws {ApiProblem} `unauthenticated` for one that is not Basic. */
function basicPassword(request: FastifyRequest): string | null {
  const { authorization } = request.headers;
  if (authorization === undefined) return null;
  const encoded = basic.exec(authorization)?.[1];
  const pair = encoded === undefined ? '' : Buffer.from(encoded, 'base64').toString('utf8');
  const colon = pair.indexOf(':');
  if (colon < 0) throw new ApiProblem('unauthenticated');
  return pair.slice(colon + 1);
}

function assertGrantType(grantType: string | null): void {
  if (grantType !== null && grantType !== 'password')
    throw new ApiProblem('bad_request', { detail: 'Only the grant type password is known.' });
}
