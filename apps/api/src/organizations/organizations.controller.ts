import {
  type ChangeMember,
  type CreateInvitation,
  type CreateOrganization,
  changeMemberSchema,
  createdInvitationSchema,
  createdOrganizationSchema,
  createInvitationSchema,
  createOrganizationSchema,
  memberSchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
  pendingInvitationSchema,
  type RenameOrganization,
  renameOrganizationSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId } from '../http/parameters.js';
import { OrganizationsService } from './organizations.service.js';

@Controller('api/v1/organizations')
export class OrganizationsController {
  constructor(private readonly organizations: OrganizationsService) {}

  @Post()
  @Access('person')
  @Answers(
    201,
    createdOrganizationSchema,
    'Makes an organization; the caller becomes its owner. Says what is missing for its builds. For administrators of the installation, unless the operator lets everybody.',
  )
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: createOrganizationSchema }) body: CreateOrganization,
  ) {
    return this.organizations.create(principal, body, actor);
  }

  @Patch(':organizationId')
  @Access('person')
  @Answers(204, null, 'Gives an organization another name; its slug stays, since images are named by it. For owners.')
  async rename(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: renameOrganizationSchema }) body: RenameOrganization,
  ) {
    await this.organizations.rename(principal, id, body.name, actor);
  }

  @Get(':organizationId/members')
  @Access('read')
  @Answers(200, pageOf(memberSchema), 'Who is in an organization.')
  members(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.organizations.members(principal, id, query);
  }

  @Post(':organizationId/invitations')
  @Access('person')
  @Answers(201, createdInvitationSchema, 'Invites somebody. The link is in this answer and never again.')
  invite(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Body({ schema: createInvitationSchema }) body: CreateInvitation,
  ) {
    return this.organizations.invite(principal, id, body, actor);
  }

  @Get(':organizationId/invitations')
  @Access('person')
  @Answers(200, pageOf(pendingInvitationSchema), 'Invitations that nobody has used yet. For owners.')
  pendingInvitations(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: pageQuerySchema }) query: PageQuery,
  ) {
    return this.organizations.pendingInvitations(principal, id, query);
  }

  @Delete(':organizationId/invitations/:invitationId')
  @Access('person')
  @Answers(204, null, 'Revokes an invitation: its link works no more. For owners.')
  async revokeInvitation(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Param('invitationId', textId) invitationId: string,
  ) {
    await this.organizations.revokeInvitation(principal, id, invitationId, actor);
  }

  @Patch(':organizationId/members/:userId')
  @Access('person')
  @Answers(204, null, 'Gives a member another role.')
  async changeRole(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Param('userId', textId) userId: string,
    @Body({ schema: changeMemberSchema }) body: ChangeMember,
  ) {
    await this.organizations.changeRole(principal, id, userId, body.role, actor);
  }

  @Delete(':organizationId/members/:userId')
  @Access('person')
  @Answers(204, null, 'Removes a member, and the tokens and invitations that the member made here.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) id: string,
    @Param('userId', textId) userId: string,
  ) {
    await this.organizations.remove(principal, id, userId, actor);
  }
}
