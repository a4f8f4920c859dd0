import {
  createdPasswordResetSchema,
  type PasswordResetSecret,
  passwordResetSchema,
  passwordResetSecretSchema,
  type RequestPasswordReset,
  requestPasswordResetSchema,
  type UsePasswordReset,
  usePasswordResetSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Ip, Param, Post } from '@nestjs/common';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId } from '../http/parameters.js';
import { CurrentActor, CurrentPrincipal } from './current-principal.js';
import { PasswordResetsService } from './password-resets.service.js';
import type { Principal } from './principal.js';

/** The secret of a link travels in bodies only, never in an address. */
@Controller('api/v1')
export class PasswordResetsController {
  constructor(private readonly resets: PasswordResetsService) {}

  @Post('password-resets')
  @Access('public')
  @Answers(202, null, 'Mails a link for a new password, if somebody has this address. Says the same if nobody has.')
  async request(@Body({ schema: requestPasswordResetSchema }) body: RequestPasswordReset, @Ip() ip: string) {
    await this.resets.request(body.email, ip);
  }

  @Post('password-resets/find')
  @Access('public')
  @Answers(200, passwordResetSchema, 'Whose password a link is for, and how many API tokens the person has.')
  find(@Body({ schema: passwordResetSecretSchema }) body: PasswordResetSecret, @Ip() ip: string) {
    return this.resets.find(body.secret, ip);
  }

  @Post('password-resets/use')
  @Access('public')
  @Answers(
    204,
    null,
    'Sets a new password. Every session of the person ends, and every API token unless they are kept.',
  )
  async use(@Body({ schema: usePasswordResetSchema }) body: UsePasswordReset, @Ip() ip: string) {
    await this.resets.use(body, ip);
  }

  @Post('organizations/:organizationId/members/:userId/password-resets')
  @Access('person')
  @Answers(201, createdPasswordResetSchema, 'Makes a link for a new password of a member. For owners; shown once.')
  createForMember(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('organizationId', textId) organizationId: string,
    @Param('userId', textId) userId: string,
  ) {
    return this.resets.createForMember(principal, organizationId, userId, actor);
  }
}
