import {
  type CreateToken,
  createdTokenSchema,
  createTokenSchema,
  pageOf,
  pageQuerySchema,
  tokenSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { TokensService } from './tokens.service.js';

const listQuerySchema = pageQuerySchema.extend({ organization: z.string().max(64).optional() });

/** Only people handle tokens: a token that could make tokens would outlive its own revocation. */
@Controller('api/v1/tokens')
export class TokensController {
  constructor(private readonly tokens: TokensService) {}

  @Get()
  @Access('person')
  @Answers(200, pageOf(tokenSchema), 'API tokens that the caller made; never their secrets.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: listQuerySchema }) { organization, ...query }: z.infer<typeof listQuerySchema>,
  ) {
    return this.tokens.list(principal, organization, query);
  }

  @Post()
  @Access('person')
  @Answers(201, createdTokenSchema, 'Makes an API token. The secret is in this answer and never again.')
  create(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Body({ schema: createTokenSchema }) body: CreateToken,
  ) {
    return this.tokens.create(principal, body, actor);
  }

  @Delete(':tokenId')
  @Access('person')
  @Answers(204, null, 'Revokes an API token at once.')
  async revoke(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('tokenId', uuid) id: string,
  ) {
    await this.tokens.revoke(principal, id, actor);
  }
}
