import { createHash, randomBytes } from 'node:crypto';
import type { PasswordResetView, UsePasswordReset } from '@cooperage/contracts';
import { type Actor, PasswordResetRepository, type ResetOutcome } from '@cooperage/db';
import type { Logger } from '@cooperage/telemetry';
import { Inject, Injectable } from '@nestjs/common';
import { hashPassword } from 'better-auth/crypto';
import { LOGGER } from '../app/logger.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { Mailer } from '../mail/mailer.js';
import { resetMail } from '../mail/mails.js';
import { AccessService } from './access.service.js';
import type { Principal } from './principal.js';

const mailedMinutes = 30;
const handedOverHours = 24;

/** One-time links that set a new password: by mail for whoever asks, or made by an owner for a member. */
@Injectable()
export class PasswordResetsService {
  /** Guesses at secrets, and askings, of one address (S-079). */
  private readonly uses: SharedRateLimit;
  private readonly asks: SharedRateLimit;
  /** Mails to one person, from all who ask. Invented mail addresses are not counted: they would fill the store. */
  private readonly mails: SharedRateLimit;

  constructor(
    private readonly repository: PasswordResetRepository,
    private readonly access: AccessService,
    private readonly mailer: Mailer,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    @Inject(LOGGER) private readonly logger: Logger,
    limits: SharedRateLimits,
  ) {
    this.uses = limits.limit('password-reset use', { tries: 20, windowMs: 600_000 });
    this.asks = limits.limit('password-reset ask', { tries: 20, windowMs: 600_000 });
    this.mails = limits.limit('password-reset mail', { tries: 3, windowMs: 3_600_000 });
  }

  /** Answers before it looks for the person, so that neither words nor time tell whether there is one. */
  async request(email: string, ip: string): Promise<void> {
    if (!this.mailer.isConfigured)
      throw new ApiProblem('conflict', { detail: 'This installation sends no mail. Ask an owner for a link.' });
    await this.asks.demand(ip);
    void this.mailLink(email).catch((error: unknown) => this.logger.warn({ err: error }, 'no link was mailed'));
  }

  async find(secret: string, ip: string): Promise<PasswordResetView> {
    await this.uses.demand(ip);
    const { email, apiTokens } = found(await this.repository.find(hashOf(secret)));
    return { email, apiTokens };
  }

  async use({ secret, password, keepApiTokens }: UsePasswordReset, ip: string): Promise<void> {
    await this.uses.demand(ip);
    const hash = hashOf(secret);
    // Known before the costly part: nobody can make us hash passwords without end.
    found(await this.repository.find(hash));
    const passwordHash = await hashPassword(password);
    if (!(await this.repository.use(hash, { passwordHash, keepApiTokens }, ip))) throw notFound();
  }

  /** For an owner who hands the link over. */
  async createForMember(principal: Principal, organizationId: string, userId: string, actor: Actor) {
    this.access.organization(principal, organizationId, 'member.manage');
    const { secret, hash } = freshSecret();
    const expiresAt = new Date(Date.now() + handedOverHours * 3_600_000);
    const requester = { userId: principal.userId, organizationId };
    assertMade(await this.repository.createForMember(userId, requester, { hash, expiresAt }, actor));
    return { url: this.urlOf(secret), expiresAt: expiresAt.toISOString() };
  }

  private async mailLink(email: string): Promise<void> {
    const person = await this.repository.findByEmail(email);
    if (!person || (await this.mails.take(person.userId)) > 0) return;
    const { secret, hash } = freshSecret();
    await this.repository.create(person.userId, hash, new Date(Date.now() + mailedMinutes * 60_000));
    await this.mailer.send(resetMail(person.email, person.name, this.urlOf(secret), mailedMinutes));
  }

  /** Behind `#`, so that no server's log and no referrer ever holds it (S-062). */
  private urlOf(secret: string): string {
    return `${this.settings.publicUrl}/reset-password#${secret}`;
  }
}

function freshSecret(): { readonly secret: string; readonly hash: string } {
  const secret = randomBytes(24).toString('base64url');
  return { secret, hash: hashOf(secret) };
}

function hashOf(secret: string): string {
  return createHash('sha256').update(`password reset ${secret}`).digest('hex');
}

function assertMade(outcome: ResetOutcome): void {
  if (outcome.ok) return;
  if (outcome.reason === 'not_found') throw notFound();
  const detail =
    outcome.reason === 'administrator'
      ? 'This person administers the installation: only another administrator can make the link.'
      : 'This person is in an organization that you do not own, so you cannot set their password.';
  throw new ApiProblem('forbidden', { detail });
}
