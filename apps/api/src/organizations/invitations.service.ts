import type { AcceptInvitation, InvitationView } from '@cooperage/contracts';
import { type AcceptOutcome, type Actor, InvitationRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { hashPassword } from 'better-auth/crypto';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { RateLimiter } from '../http/rate-limiter.js';
import { invitationHash } from './organizations.service.js';

/** Invitations, as those who were invited use them. */
@Injectable()
export class InvitationsService {
  /** Tries of one address, so that nobody can make us hash passwords without end. */
  private readonly tries = new RateLimiter({ tries: 30, windowMs: 600_000 });

  constructor(private readonly repository: InvitationRepository) {}

  async find(secret: string, ip: string): Promise<InvitationView> {
    this.take(ip);
    const { email, role, organizationName, hasAccount } = found(await this.repository.find(invitationHash(secret)));
    return { email, role, organizationName, hasAccount };
  }

  async acceptAsNew(request: AcceptInvitation, ip: string): Promise<void> {
    this.take(ip);
    const hash = invitationHash(request.secret);
    found(await this.repository.find(hash));
    const passwordHash = await hashPassword(request.password);
    assertAccepted(await this.repository.acceptAsNew(hash, { name: request.name, passwordHash }, ip));
  }

  async join(principal: Principal, secret: string, actor: Actor): Promise<void> {
    const person = { ...actor, id: principal.userId };
    assertAccepted(await this.repository.acceptAs(invitationHash(secret), principal.email, person));
  }

  private take(ip: string): void {
    const waitMs = this.tries.take(ip);
    if (waitMs > 0) throw new ApiProblem('rate_limited', { retryAfterSeconds: Math.ceil(waitMs / 1000) });
  }
}

function assertAccepted(outcome: AcceptOutcome): void {
  if (outcome.ok) return;
  if (outcome.reason === 'not_found') throw notFound();
  const detail =
    outcome.reason === 'account_exists'
      ? 'This mail address has an account: sign in, then take the invitation.'
      : 'You are in this organization already.';
  throw new ApiProblem('conflict', { detail });
}
