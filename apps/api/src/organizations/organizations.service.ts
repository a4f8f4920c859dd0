import { createHash, randomBytes } from 'node:crypto';
import type { CreateInvitation, CreateOrganization, PageQuery } from '@cooperage/contracts';
import { type Actor, InvitationRepository, type MemberChange, MemberRepository } from '@cooperage/db';
import type { Role } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { SharedRateLimits } from '../http/shared-rate-limits.js';
import { Mailer } from '../mail/mailer.js';
import { invitationMail } from '../mail/mails.js';
import { LaneForetellingService } from '../workers/lane-foretelling.service.js';
import { InvitationLimits } from './invitation-limits.js';
import { mayCreateOrganizations, presentMember, presentPendingInvitation } from './present-account.js';
import { assertFreeSlug } from './slugs.js';

const invitationDays = 7;

/** The hash under which an invitation is kept. */
export function invitationHash(secret: string): string {
  return createHash('sha256').update(`invitation ${secret}`).digest('hex');
}

/** Organizations and their members. Only owners make, change and remove other members. */
@Injectable()
export class OrganizationsService {
  private readonly limits: InvitationLimits;

  constructor(
    private readonly repository: MemberRepository,
    private readonly invitations: InvitationRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly mailer: Mailer,
    private readonly lanes: LaneForetellingService,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    rateLimits: SharedRateLimits,
  ) {
    this.limits = new InvitationLimits(rateLimits);
  }

  async create(principal: Principal, organization: CreateOrganization, actor: Actor) {
    await this.assertMayCreate(principal);
    assertFreeSlug(organization.slug);
    const organizationId = await this.repository.createOrganization(organization, principal.userId, actor);
    if (organizationId === null) throw new ApiProblem('conflict', { detail: 'An organization has this slug already.' });
    return { organizationId, ...organization, role: 'owner' as const, foretold: await this.lanes.look() };
  }

  /** @throws {ApiProblem} `forbidden`, naming whom to ask. */
  private async assertMayCreate(principal: Principal): Promise<void> {
    if (mayCreateOrganizations(principal, this.settings.organizationCreation)) return;
    const names = (await this.repository.administrators()).map(({ name, email }) => `${name} (${email})`);
    const whom = names.length === 0 ? 'the operator' : names.join(' or ');
    throw new ApiProblem('forbidden', {
      detail: `Here administrators of the installation make organizations. Ask ${whom}.`,
    });
  }

  async rename(principal: Principal, organizationId: string, name: string, actor: Actor): Promise<void> {
    this.access.organization(principal, organizationId, 'organization.rename');
    if (!(await this.repository.renameOrganization(organizationId, name, actor))) throw notFound();
  }

  async members(principal: Principal, organizationId: string, query: PageQuery) {
    this.access.organization(principal, organizationId);
    const list = `members ${organizationId}`;
    const page = await this.repository.list(organizationId, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentMember);
  }

  async invite(principal: Principal, organizationId: string, invitation: CreateInvitation, actor: Actor) {
    const organization = this.access.organization(principal, organizationId, 'member.manage');
    await this.limits.demand({ inviterId: principal.userId, organizationId, email: invitation.email });
    const secret = randomBytes(24).toString('base64url');
    const expiresAt = new Date(Date.now() + invitationDays * 86_400_000);
    const hash = invitationHash(secret);
    await this.invitations.create(
      { ...invitation, hash, organizationId, inviterId: principal.userId, expiresAt },
      actor,
    );
    // Behind `#`, so that no server's log and no referrer ever holds it (S-062).
    const url = `${this.settings.publicUrl}/invitation#${secret}`;
    const { email, role } = invitation;
    const mailed = await this.mailer.send(invitationMail(email, organization, principal, url));
    // The link proves the address only if no one but its reader has it (docs/adr/0032).
    if (mailed) await this.invitations.markMailed(hash);
    const mailFailed = this.mailer.isConfigured && !mailed;
    return { email, role, url: mailed ? null : url, mailed, mailFailed, expiresAt: expiresAt.toISOString() };
  }

  async pendingInvitations(principal: Principal, organizationId: string, query: PageQuery) {
    this.access.organization(principal, organizationId, 'member.manage');
    const list = `invitations by age ${organizationId}`;
    const page = await this.invitations.pending(organizationId, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentPendingInvitation);
  }

  async revokeInvitation(principal: Principal, organizationId: string, id: string, actor: Actor): Promise<void> {
    this.access.organization(principal, organizationId, 'member.manage');
    if (!(await this.invitations.revoke(organizationId, id, actor))) throw notFound();
  }

  async changeRole(principal: Principal, organizationId: string, userId: string, role: Role, actor: Actor) {
    this.access.organization(principal, organizationId, 'member.manage');
    assertChanged(await this.repository.changeRole(organizationId, userId, role, actor));
  }

  /** Owners remove anyone; everyone may leave. */
  async remove(principal: Principal, organizationId: string, userId: string, actor: Actor) {
    this.access.organization(principal, organizationId, userId === principal.userId ? 'token.own' : 'member.manage');
    assertChanged(await this.repository.remove(organizationId, userId, actor));
  }
}

function assertChanged(change: MemberChange): void {
  if (change.ok) return;
  if (change.reason === 'not_found') throw notFound();
  throw new ApiProblem('conflict', { detail: 'An organization keeps at least one owner.' });
}
