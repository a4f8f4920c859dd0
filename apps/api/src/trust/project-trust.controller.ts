import {
  keyEffectsSchema,
  type PageQuery,
  pageOf,
  pageQuerySchema,
  policyResultSchema,
  policySchema,
  type RotateKey,
  retagSchema,
  rotateKeySchema,
  tagPlanQuerySchema,
  tagPlanSchema,
  testPolicyQuerySchema,
  trustRequestSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Get, Param, Post, Query } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { digest, uuid } from '../http/parameters.js';
import { PolicyService } from './policy.service.js';
import { TrustRequestsService } from './trust-requests.service.js';

/** Keys, policy and tags of one project. Changes are asked of control here, and nowhere made. */
@Controller('api/v1/projects/:projectId')
export class ProjectTrustController {
  constructor(
    private readonly requests: TrustRequestsService,
    private readonly policies: PolicyService,
  ) {}

  @Get('keys/:keyId/effects')
  @Access('read')
  @Answers(
    200,
    keyEffectsSchema,
    'What depends on a key: images that no other key that counts has signed, and their tags.',
  )
  effects(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('keyId', uuid) keyId: string,
  ) {
    return this.requests.effects(principal, projectId, keyId);
  }

  @Post('keys/rotate')
  @Access('write')
  @Answers(202, trustRequestSchema, 'Asks for a new signing key; the present one verifies until the date.')
  rotate(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: rotateKeySchema }) body: RotateKey,
  ) {
    return this.requests.rotate(principal, projectId, body, actor);
  }

  @Post('keys/:keyId/revoke')
  @Access('write')
  @Answers(202, trustRequestSchema, 'Asks that a key counts no more, and that its private part is destroyed.')
  revoke(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('keyId', uuid) keyId: string,
  ) {
    return this.requests.revoke(principal, projectId, keyId, actor);
  }

  @Post('tags')
  @Access('write')
  @Answers(
    202,
    trustRequestSchema,
    'Asks that a tag points to an image. Tags move only forward, and only to what verifies.',
  )
  retag(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Body({ schema: retagSchema }) body: z.infer<typeof retagSchema>,
  ) {
    return this.requests.retag(principal, projectId, body, actor);
  }

  @Get('images/:digest/retag')
  @Access('read')
  @Answers(200, tagPlanSchema, 'What would move if a tag were pointed to this image. Changes nothing.')
  planTag(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
    @Query({ schema: tagPlanQuerySchema }) { tag }: z.infer<typeof tagPlanQuerySchema>,
  ) {
    return this.requests.planTag(principal, projectId, { tag, digest: imageDigest });
  }

  @Get('trust-requests')
  @Access('read')
  @Answers(200, pageOf(trustRequestSchema), 'What was asked of keys and tags, newest first: the last 20.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.requests.list(principal, projectId);
  }

  @Post('verifications')
  @Access('write')
  @Answers(202, null, 'Asks that all tagged images of a project are verified again.')
  verifyAll(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
  ) {
    return this.requests.verifyAll(principal, projectId, actor);
  }

  @Get('policy')
  @Access('read')
  @Answers(200, policySchema, 'What must be true of the images of a project, as sentences.')
  policy(@CurrentPrincipal() principal: Principal, @Param('projectId', uuid) projectId: string) {
    return this.policies.get(principal, projectId);
  }

  @Get('policy/test')
  @Access('read')
  @Answers(
    200,
    policyResultSchema,
    'What the policy says of an image of this registry, check by check. Writes nothing down.',
  )
  test(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: testPolicyQuerySchema }) { reference }: z.infer<typeof testPolicyQuerySchema>,
  ) {
    return this.policies.test(principal, projectId, reference);
  }
}
