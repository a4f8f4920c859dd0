import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { SetupRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { LOGGER } from '../app/logger.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { cookieValue } from '../auth/session-cookie.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';

/** Long enough for a first set-up with an interruption; the token itself dies with the first administrator. */
const cookieSeconds = 3600;

/** The one-time token by which an installation belongs to somebody before anybody can sign in. */
@Injectable()
export class SetupToken implements OnApplicationBootstrap {
  private readonly failures = new RateLimiter({ tries: 20, windowMs: 600_000 });
  private readonly token: string;

  constructor(
    private readonly repository: SetupRepository,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.token = settings.setup.token ?? randomBytes(24).toString('base64url');
  }

  /** Prints the token where an operator can read it, unless the operator chose it. */
  async onApplicationBootstrap(): Promise<void> {
    if (this.settings.setup.token !== null) return;
    const isNeeded = await this.repository.isNeeded().catch(() => false);
    if (isNeeded) this.logger.warn(`first set-up: open ${this.settings.publicUrl}/setup with the token ${this.token}`);
  }

  /** @throws {ApiProblem} `forbidden`, or `rate_limited` for an address that was wrong too often (S-079). */
  assert(text: string, address: string): void {
    const waitMs = this.failures.waitMs(address);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    if (timingSafeEqual(digest(text), digest(this.token))) return;
    this.failures.take(address);
    throw new ApiProblem('forbidden', { detail: 'The set-up token is wrong.' });
  }

  /** Keeps the token with the browser, so that a reload does not ask for it again. No script can read it. */
  cookie(token: string): string {
    const secure = this.settings.cookie.secure ? '; Secure' : '';
    return `${this.cookieName}=${encodeURIComponent(token)}; Max-Age=${cookieSeconds}; Path=/; HttpOnly${secure}; SameSite=Strict`;
  }

  clearedCookie(): string {
    return `${this.cookieName}=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict`;
  }

  fromCookie(header: string | undefined): string | undefined {
    return cookieValue(header, this.cookieName);
  }

  private get cookieName(): string {
    return `${this.settings.cookie.name}-setup`;
  }
}

function digest(value: string): Buffer {
  return createHash('sha256').update(value).digest();
}
