import { keySchema, type PageQuery, pageOf, pageQuerySchema, signaturesSchema } from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Controller, Get, Header, Param, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { digest, uuid } from '../http/parameters.js';
import { SigningService } from './signing.service.js';

/** `<key id>.pub`, the name of a file, since tools look at how an address ends. */
const keyFile = {
  schema: z
    .string()
    .regex(/^[0-9a-f-]{36}\.pub$/, 'a key id and ".pub"')
    .transform((name) => name.slice(0, -4))
    .pipe(z.uuid()),
};

@Controller('api/v1')
export class SigningController {
  constructor(private readonly signing: SigningService) {}

  @Get('projects/:projectId/keys')
  @Access('read')
  @Answers(200, pageOf(keySchema), 'Signing keys of a project: their public parts.')
  listKeys(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.signing.listKeys(principal, projectId);
  }

  /** Public, at an address that never changes: `cosign verify --key` reads it. */
  @Get('keys/:keyFile')
  @Access('public')
  @Header('content-type', 'application/x-pem-file')
  @Header('cache-control', 'public, max-age=31536000, immutable')
  @Answers(200, null, 'A public key as PEM.')
  publicKey(@Param('keyFile', keyFile) keyId: string) {
    return this.signing.publicKey(keyId);
  }

  @Get('projects/:projectId/images/:digest/signatures')
  @Access('read')
  @Answers(200, signaturesSchema, 'What the newest verification of an image found, check by check.')
  get(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
  ) {
    return this.signing.get(principal, projectId, imageDigest);
  }

  @Post('projects/:projectId/images/:digest/verify')
  @Access('write')
  @Answers(200, signaturesSchema, 'Verifies an image now, from what the registry holds.')
  verifyNow(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('digest', digest) imageDigest: string,
  ) {
    return this.signing.verifyNow(principal, projectId, imageDigest, actor);
  }
}
