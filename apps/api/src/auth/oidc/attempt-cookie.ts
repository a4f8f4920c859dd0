import { openBox, SealedBoxError, sealBox, sealedSubject } from '@cooperage/domain';
import { z } from 'zod';
import type { ApiSettings } from '../../app/settings.js';
import { cookieValue } from '../session-cookie.js';
import type { OidcAttempt } from './oidc-client.js';

const seconds = 600;
const attemptSchema = z.strictObject({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
  untilMs: z.number(),
});

/**
 * Keeps an attempt to sign in with the browser that began it, sealed: the answer of the provider counts in no other
 * browser, and not for long.
 */
export class AttemptCookie {
  private readonly name: string;

  constructor(private readonly settings: Pick<ApiSettings, 'masterKeys' | 'cookie'>) {
    this.name = `${settings.cookie.name}-oidc`;
  }

  write({ state, nonce, verifier, returnTo }: OidcAttempt, nowMs = Date.now()): string {
    const text = JSON.stringify({ state, nonce, verifier, returnTo, untilMs: nowMs + seconds * 1000 });
    const box = sealBox(this.settings.masterKeys, Buffer.from(text), sealedSubject.oidcAttempt());
    return this.line(Buffer.from(box).toString('base64url'), seconds);
  }

  clear(): string {
    return this.line('', 0);
  }

  read(header: string | undefined, nowMs = Date.now()): OidcAttempt | null {
    const value = cookieValue(header, this.name);
    if (value === undefined) return null;
    try {
      const bytes = openBox(this.settings.masterKeys, Buffer.from(value, 'base64url'), sealedSubject.oidcAttempt());
      const { untilMs, ...attempt } = attemptSchema.parse(JSON.parse(Buffer.from(bytes).toString()));
      return untilMs > nowMs ? attempt : null;
    } catch (error) {
      if (error instanceof SealedBoxError) return null;
      throw error;
    }
  }

  private line(value: string, maxAge: number): string {
    const secure = this.settings.cookie.secure ? '; Secure' : '';
    return `${this.name}=${value}; Max-Age=${maxAge}; Path=/; HttpOnly${secure}; SameSite=Lax`;
  }
}
