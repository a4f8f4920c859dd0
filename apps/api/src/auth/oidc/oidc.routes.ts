import { randomBytes } from 'node:crypto';
import { type ExternalSignInRepository, isDatabaseUnavailable } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ApiSettings } from '../../app/settings.js';
import { notFound } from '../../http/problem.js';
import type { SharedRateLimits } from '../../http/shared-rate-limits.js';
import { sessionCookieLine } from '../session-cookie.js';
import { signInPath } from '../sign-in.js';
import { userAgentOf } from '../sign-in.routes.js';
import { AttemptCookie } from './attempt-cookie.js';
import { OidcClient, ProviderDownError } from './oidc-client.js';
import { mayEnter } from './oidc-identity.js';

export interface OidcParts {
  readonly settings: ApiSettings;
  readonly accounts: ExternalSignInRepository;
  readonly logger: Logger;
  readonly rateLimits: SharedRateLimits;
}

export const oidcStartPath = `${signInPath}/oidc/start`;
export const oidcCallbackPath = `${signInPath}/oidc/callback`;

/** Why somebody came back to the sign-in page; it has a sentence for each. */
type Refusal = 'provider_down' | 'refused' | 'not_allowed' | 'email_not_verified' | 'setup_needed' | 'too_many';

/** Sign-in with the configured OpenID provider. Both are navigations of a browser: they answer with redirects only. */
export function addOidcRoutes(server: FastifyInstance, { settings, accounts, rateLimits, logger }: OidcParts): void {
  const config = { access: 'public' } as const;
  const { oidc } = settings;
  const client = oidc && new OidcClient(oidc, `${settings.publicUrl}${oidcCallbackPath}`);
  const cookie = new AttemptCookie(settings);
  // Nothing can be guessed here, and a whole office may come from one address in the morning.
  const tries = rateLimits.limit('oidc', { tries: 300, windowMs: 600_000 });
  const guarded = async (
    { request, reply, returnTo }: { request: FastifyRequest; reply: FastifyReply; returnTo: string },
    work: () => Promise<string>,
  ) => {
    const isTooMany = (await tries.take(request.ip)) > 0;
    const to = isTooMany ? refusedTo('too_many', returnTo) : await work().catch(refusalOf(logger, returnTo));
    return reply.header('cache-control', 'no-store').redirect(to, 303);
  };

  server.get<{ Querystring: { next?: string | string[] } }>(oidcStartPath, { config }, async (request, reply) => {
    if (!client) throw notFound();
    const returnTo = returnPath(request.query.next, settings.publicUrl);
    return guarded({ request, reply, returnTo }, async () => {
      const { url, attempt } = await client.begin(returnTo);
      void reply.header('set-cookie', cookie.write(attempt));
      return url;
    });
  });

  server.get(oidcCallbackPath, { config }, async (request, reply) => {
    if (!client || !oidc) throw notFound();
    const attempt = cookie.read(request.headers.cookie);
    const returnTo = attempt?.returnTo ?? '/';
    return guarded({ request, reply, returnTo }, async () => {
      if (!attempt) return refusedTo('refused', returnTo);
      const identity = await client.finish(queryOf(request), attempt);
      if (!mayEnter(identity, oidc.allowedGroups)) {
        await accounts.endSessions(identity, request.ip);
        return refusedTo('not_allowed', returnTo);
      }
      const sessionSeconds = oidc.sessionHours * 3600;
      const session = newSession(request, sessionSeconds);
      const outcome = await accounts.signIn(identity, session);
      if (!outcome.ok) return refusedTo(outcome.reason, returnTo);
      const line = sessionCookieLine(settings.cookie, session.token, settings.secretKeys[0]!, sessionSeconds);
      void reply.header('set-cookie', [line, cookie.clear()]);
      return returnTo;
    });
  });
}

function newSession(request: FastifyRequest, sessionSeconds: number) {
  return {
    token: randomBytes(24).toString('base64url'),
    expiresAt: new Date(Date.now() + sessionSeconds * 1000),
    address: request.ip,
    userAgent: userAgentOf(request),
  };
}

function refusalOf(logger: Logger, returnTo: string) {
  return (error: unknown): string => {
    const isDown = error instanceof ProviderDownError;
    if (!isDown && isDatabaseUnavailable(error)) throw error;
    logger.warn({ err: error, part: 'sign-in' }, 'a sign-in by the OpenID provider was refused');
    return refusedTo(isDown ? 'provider_down' : 'refused', returnTo);
  };
}

/** Whoever tries another way ends where they wanted to go all the same. */
function refusedTo(refusal: Refusal, returnTo: string): string {
  return `/sign-in?problem=${refusal}${returnTo === '/' ? '' : `&next=${encodeURIComponent(returnTo)}`}`;
}

function queryOf(request: FastifyRequest): string {
  return (request.raw.url ?? '').split('?').slice(1).join('?');
}

/** A path of this origin, whatever was asked for: a sign-in must not send people elsewhere (S-062). */
function returnPath(asked: string | string[] | undefined, publicUrl: string): string {
  // A parameter that is given twice is a list, and names no way back.
  if (typeof asked !== 'string' || !URL.canParse(asked, publicUrl) || !asked.startsWith('/')) return '/';
  const url = new URL(asked, publicUrl);
  return url.origin === new URL(publicUrl).origin && !url.pathname.startsWith('//') ? url.pathname + url.search : '/';
}
