import type { SetupRequest } from '@cooperage/contracts';
import { SetupRepository } from '@cooperage/db';
import { Inject, Injectable } from '@nestjs/common';
import { hashPassword } from 'better-auth/crypto';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { ApiProblem } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { assertFreeSlug } from '../organizations/slugs.js';
import { setupIsNeeded } from './setup-needed.js';
import { SetupToken } from './setup-token.js';

/** The first administrator of an installation, made with a one-time token while nobody can sign in. */
@Injectable()
export class SetupService {
  private readonly tries: SharedRateLimit;

  constructor(
    private readonly repository: SetupRepository,
    private readonly token: SetupToken,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    limits: SharedRateLimits,
  ) {
    this.tries = limits.limit('setup', { tries: 20, windowMs: 600_000 });
  }

  async isNeeded(): Promise<boolean> {
    return this.repository.isNeeded();
  }

  /** Whether the token is right, before anything is made with it. @throws {ApiProblem} `gone`, `forbidden`, `rate_limited`. */
  async begin(token: string, ip: string): Promise<void> {
    this.token.assert(token, ip);
    if (!(await setupIsNeeded(this.repository))) throw alreadyDone();
  }

  /** @throws {ApiProblem} `gone` when somebody can sign in already; `forbidden`; `rate_limited`. */
  async complete(request: SetupRequest, ip: string): Promise<void> {
    // First: when the set-up is long done, nobody's tries are counted any more.
    if (!(await this.repository.isNeeded())) throw alreadyDone();
    await this.tries.demand(ip);
    this.token.assert(request.token ?? '', ip);
    this.assertEmail(request.email);
    assertFreeSlug(request.organization.slug, 'organization.slug');
    const { email, name, organization } = request;
    const passwordHash = await hashPassword(request.password);
    const outcome = await this.repository.complete({ email, name, passwordHash }, organization, ip);
    if (!outcome.ok) throw alreadyDone();
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
