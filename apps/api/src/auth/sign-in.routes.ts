import type { Actor, AuditRepository, PasswordResetRepository } from '@cooperage/db';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { ApiSettings } from '../app/settings.js';
import { ApiProblem } from '../http/problem.js';
import type { SharedRateLimits } from '../http/shared-rate-limits.js';
import { parseBody } from '../http/validation.js';
import { actorOf } from './principal.js';
import type { PrincipalsService } from './principals.service.js';
import { cookieValue, signedValue, verifiedToken } from './session-cookie.js';
import { addressHeader, minPasswordLength, type SignIn, signInPath } from './sign-in.js';
import { SignInLimits } from './sign-in-limits.js';

export const signInSchema = z.strictObject({ email: z.string().min(3).max(320), password: z.string().min(1).max(200) });
export const changePasswordSchema = z.strictObject({
  currentPassword: z.string().min(1).max(200),
  newPassword: z.string().min(minPasswordLength).max(200),
});

/** So long an address from which somebody has signed in is theirs when others try their account. */
const knownAddressDays = 90;

export interface SignInParts {
  readonly signIn: SignIn;
  readonly settings: ApiSettings;
  readonly principals: PrincipalsService;
  readonly audit: AuditRepository;
  readonly resets: Pick<PasswordResetRepository, 'recordChange'>;
  readonly rateLimits: SharedRateLimits;
}

/**
 * Sign-in, sign-out and change of password: the only parts of the sign-in library that can be reached. Its answers are
 * not passed on, because they hold the session's token, which belongs into the cookie alone.
 */
export function addSignInRoutes(server: FastifyInstance, parts: SignInParts): void {
  const { signIn, settings } = parts;
  const limits = new SignInLimits(parts.rateLimits, {
    has: (email, address) => parts.audit.hasSignedInFrom(email, address, knownAddressDays),
  });
  const config = { access: 'public' } as const;
  const ask = (request: FastifyRequest, path: string, body: object) =>
    signIn.handler(requestFor(request, path, body, settings));

  server.post(`${signInPath}/sign-in/email`, { config }, async (request, reply) => {
    const body = parseBody(signInSchema, request.body);
    await limits.take(body.email, request.ip);
    const answer = await ask(request, '/sign-in/email', body);
    if (!answer.ok) throw refusal(answer, 'The mail address or the password is wrong.');
    await limits.succeeded(body.email, request.ip);
    await note(parts, await whoSignedIn(answer, request.ip), 'session.start', { by: 'password' });
    return withCookies(reply, answer).send({ ok: true });
  });

  server.post(`${signInPath}/sign-out`, { config }, async (request, reply) => {
    const person = await parts.principals.byCookie(request.headers.cookie);
    const answer = await ask(request, '/sign-out', {});
    if (answer.ok && person) await note(parts, actorOf(person, request.ip), 'session.end', { sessions: 1 });
    return withCookies(reply, answer).send({ ok: true });
  });

  server.post(`${signInPath}/change-password`, { config }, async (request, reply) => {
    const body = parseBody(changePasswordSchema, request.body);
    const person = await parts.principals.byCookie(request.headers.cookie);
    if (!person) throw new ApiProblem('unauthenticated');
    await limits.takeChange(person.userId);
    const answer = await ask(request, '/change-password', { ...body, revokeOtherSessions: true });
    if (!answer.ok) throw refusal(answer, 'The current password is wrong, or you are not signed in.');
    await parts.resets.recordChange(person.userId, actorOf(person, request.ip));
    return withCookies(reply, answer).send({ ok: true });
  });
}

/** The library has made its change by now, in a transaction of its own: the entry can only follow it. */
async function note({ audit }: SignInParts, actor: Actor, action: string, after: object): Promise<void> {
  await audit.write(actor, { organizationId: null, action, subjectKind: 'user', subjectId: actor.id ?? '', after });
}

const signedInSchema = z.object({ user: z.object({ id: z.string(), name: z.string() }) });

async function whoSignedIn(answer: Response, ip: string): Promise<Actor> {
  const { user } = signedInSchema.parse(await answer.json());
  return { kind: 'person', ...user, ip };
}

/** Only what the library needs of a request, with our own word on address and origin. */
function requestFor(request: FastifyRequest, path: string, body: object, settings: ApiSettings): Request {
  const headers = new Headers({
    'content-type': 'application/json',
    origin: settings.publicUrl,
    'user-agent': userAgentOf(request),
    [addressHeader]: request.ip,
  });
  const cookie = sessionCookieHeader(request.headers.cookie, settings);
  if (cookie !== undefined) headers.set('cookie', cookie);
  return new Request(`${settings.publicUrl}${signInPath}${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
  });
}

/** What a browser says of itself, bounded and printable: it is kept with the session. */
export function userAgentOf(request: FastifyRequest): string {
  return (request.headers['user-agent'] ?? '').slice(0, 300).replace(/[^\x20-\x7e]/g, '?');
}

/** The session cookie alone, signed anew with the first key: the library knows no older ones. */
function sessionCookieHeader(header: string | undefined, settings: ApiSettings): string | undefined {
  const { cookie, secretKeys } = settings;
  const token = verifiedToken(cookieValue(header, cookie.name), secretKeys);
  return token === undefined ? undefined : `${cookie.name}=${signedValue(token, secretKeys[0]!)}`;
}

function withCookies(reply: FastifyReply, answer: Response): FastifyReply {
  const cookies = answer.headers.getSetCookie();
  if (cookies.length > 0) void reply.header('set-cookie', cookies);
  return reply.header('cache-control', 'no-store');
}

function refusal(answer: Response, detail: string): ApiProblem {
  if (answer.status >= 500) return new ApiProblem('unavailable', { retryAfterSeconds: 2 });
  return new ApiProblem('unauthenticated', { detail });
}
