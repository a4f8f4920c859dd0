import type { AcceptInvitation, InvitationView } from '@cooperage/contracts';
import { type AcceptOutcome, type Actor, InvitationRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { hashPassword } from 'better-auth/crypto';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { invitationHash } from './organizations.service.js';

/** Invitations, as those who were invited use them. */
@Injectable()
export class InvitationsService {
  /** Tries of one address, so that nobody can make us hash passwords without end. */
  private readonly tries: SharedRateLimit;

  constructor(
    private readonly repository: InvitationRepository,
    limits: SharedRateLimits,
  ) {
    this.tries = limits.limit('invitation', { tries: 30, windowMs: 600_000 });
  }

  async find(secret: string, ip: string): Promise<InvitationView> {
    await this.tries.demand(ip);
    const { email, role, organizationName, hasAccount } = found(await this.repository.find(invitationHash(secret)));
    return { email, role, organizationName, hasAccount };
  }

  async acceptAsNew(request: AcceptInvitation, ip: string): Promise<void> {
    await this.tries.demand(ip);
    const hash = invitationHash(request.secret);
    found(await this.repository.find(hash));
    const passwordHash = await hashPassword(request.password);
    assertAccepted(await this.repository.acceptAsNew(hash, { name: request.name, passwordHash }, ip));
  }

  async join(principal: Principal, secret: string, actor: Actor): Promise<void> {
    const person = { ...actor, id: principal.userId };
    assertAccepted(await this.repository.acceptAs(invitationHash(secret), principal.email, person));
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
