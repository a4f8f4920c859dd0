import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { SetupRequest } from '@cooperage/contracts';
import { SetupRepository } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { hashPassword } from 'better-auth/crypto';
import { LOGGER } from '../app/logger.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { ApiProblem } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { assertFreeSlug } from '../organizations/slugs.js';

/** The first administrator of an installation, made with a one-time token while nobody can sign in. */
@Injectable()
export class SetupService implements OnApplicationBootstrap {
  private readonly tries = new RateLimiter({ tries: 20, windowMs: 600_000 });
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

  async isNeeded(): Promise<boolean> {
    return this.repository.isNeeded();
  }

  /** @throws {ApiProblem} `gone` when somebody can sign in already; `forbidden`; `rate_limited`. */
  async complete(request: SetupRequest, ip: string): Promise<void> {
    const waitMs = this.tries.take(ip);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
    if (!(await this.repository.isNeeded())) throw alreadyDone();
    if (!this.isToken(request.token)) throw new ApiProblem('forbidden', { detail: 'The set-up token is wrong.' });
    this.assertEmail(request.email);
    assertFreeSlug(request.organization.slug, 'organization.slug');
    const { email, name, organization } = request;
    const passwordHash = await hashPassword(request.password);
    const outcome = await this.repository.complete({ email, name, passwordHash }, organization, ip);
    if (!outcome.ok) throw alreadyDone();
  }

  private isToken(text: string): boolean {
    const digest = (value: string) => createHash('sha256').update(value).digest();
    return timingSafeEqual(digest(text), digest(this.token));
  }

  private assertEmail(email: string): void {
    const expected = this.settings.setup.email;
    if (expected !== null && expected.toLowerCase() !== email.toLowerCase())
      throw new ApiProblem('forbidden', { detail: 'The first administrator has another mail address.' });
  }
}

function alreadyDone(): ApiProblem {
  return new ApiProblem('gone', { detail: 'The set-up is done. Sign in.' });
}
