import { type Database, newId, signInStorage } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { betterAuth } from 'better-auth';
import type { ApiSettings } from '../app/settings.js';

/** The part of better-auth that we use: an answer for each call of its own HTTP interface. */
export interface SignIn {
  handler(request: Request): Promise<Response>;
}

export const signInPath = '/api/auth';
/** Header in which the caller's address goes to the sign-in library; what a client sends under it is dropped. */
export const addressHeader = 'x-cooperage-address';
export const minPasswordLength = 12;
const sessionSeconds = 30 * 86_400;

/** Passwords and sessions of people. Nobody signs up by themselves; nothing about a session is cached anywhere. */
export function createSignIn(db: Database, settings: ApiSettings, logger: Logger): SignIn {
  const { publicUrl, cookie, secretKeys } = settings;
  return betterAuth({
    appName: 'Cooperage',
    baseURL: publicUrl,
    basePath: signInPath,
    secret: secretKeys[0],
    trustedOrigins: [publicUrl],
    database: signInStorage(db),
    telemetry: { enabled: false },
    logger: { level: 'warn', log: (level, message) => logger[level]({ part: 'sign-in' }, message) },
    emailAndPassword: { enabled: true, disableSignUp: true, minPasswordLength, maxPasswordLength: 200 },
    session: { expiresIn: sessionSeconds, disableSessionRefresh: true, cookieCache: { enabled: false } },
    // What it did not foresee comes to us as it is, instead of to the console.
    onAPIError: { throw: true },
    // Counted in front of it, by account and by address, for all ways to sign in alike.
    rateLimit: { enabled: false },
    advanced: {
      useSecureCookies: false,
      cookies: {
        session_token: {
          name: cookie.name,
          attributes: { httpOnly: true, secure: cookie.secure, sameSite: 'lax', path: '/' },
        },
      },
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: newId },
    },
  });
}
