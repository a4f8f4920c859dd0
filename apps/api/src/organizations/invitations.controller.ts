import {
  type AcceptInvitation,
  acceptInvitationSchema,
  type InvitationSecret,
  invitationSchema,
  invitationSecretSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Ip, Post } from '@nestjs/common';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { InvitationsService } from './invitations.service.js';

/** The secret of an invitation travels in bodies only, never in an address. */
@Controller('api/v1/invitations')
export class InvitationsController {
  constructor(private readonly invitations: InvitationsService) {}

  @Post('find')
  @Access('public')
  @Answers(200, invitationSchema, 'What an invitation is for.')
  find(@Body({ schema: invitationSecretSchema }) body: InvitationSecret, @Ip() ip: string) {
    return this.invitations.find(body.secret, ip);
  }

  @Post('accept')
  @Access('public')
  @Answers(204, null, 'Makes the account of somebody who was invited.')
  async accept(@Body({ schema: acceptInvitationSchema }) body: AcceptInvitation, @Ip() ip: string) {
    await this.invitations.acceptAsNew(body, ip);
  }

  @Post('join')
  @Access('person')
  @Answers(204, null, 'Takes an invitation with the account that is signed in.')
  async join(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: invitationSecretSchema }) body: InvitationSecret,
  ) {
    await this.invitations.join(principal, body.secret, actor);
  }
}
