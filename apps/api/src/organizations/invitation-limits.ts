import type { SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** Most invitations: of one person in an hour, of one organization in a day, and to one mail address in a day. */
export const invitationLimits = { inviter: 50, organization: 200, address: 5 } as const;

/** Bounds on invitations: each is a mail from the operator's own domain to an address that the inviter chose. */
export class InvitationLimits {
  private readonly inviter: SharedRateLimit;
  private readonly organization: SharedRateLimit;
  private readonly address: SharedRateLimit;

  constructor(limits: SharedRateLimits) {
    const { inviter, organization, address } = invitationLimits;
    this.inviter = limits.limit('invitations of an inviter', { tries: inviter, windowMs: hourMs });
    this.organization = limits.limit('invitations of an organization', { tries: organization, windowMs: dayMs });
    this.address = limits.limit('invitations to an address', { tries: address, windowMs: dayMs });
  }

  /** @throws {ApiProblem} `rate_limited`, which says how many there may be. */
  async demand(invitation: {
    readonly inviterId: string;
    readonly organizationId: string;
    readonly email: string;
  }): Promise<void> {
    const { inviter, organization, address } = invitationLimits;
    await this.inviter.demand(invitation.inviterId, `One person sends at most ${inviter} invitations an hour.`);
    const ofOrganization = `An organization sends at most ${organization} invitations a day.`;
    await this.organization.demand(invitation.organizationId, ofOrganization);
    const toAddress = `One mail address gets at most ${address} invitations a day.`;
    await this.address.demand(invitation.email.trim().toLowerCase(), toAddress);
  }
}
