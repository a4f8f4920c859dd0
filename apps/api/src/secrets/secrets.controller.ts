import {
  type PageQuery,
  pageOf,
  pageQuerySchema,
  putRegistryCredentialSchema,
  putSecretSchema,
  registryCredentialSchema,
  registryHostSchema,
  secretNameSchema,
  secretSchema,
  storedRegistryHostSchema,
  trialSchema,
} from '@cooperage/contracts';
import type { Actor } from '@cooperage/db';
import { Body, Controller, Delete, Get, Param, Post, Put, Query } from '@nestjs/common';
import type { z } from 'zod';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { uuid } from '../http/parameters.js';
import { RegistryTrialService } from './registry-trial.service.js';
import { SecretsService } from './secrets.service.js';

const secretName = { schema: secretNameSchema };
const registryHost = { schema: registryHostSchema };
const storedHost = { schema: storedRegistryHostSchema };

@Controller('api/v1/projects/:projectId')
export class SecretsController {
  constructor(
    private readonly secrets: SecretsService,
    private readonly trials: RegistryTrialService,
  ) {}

  @Get('secrets')
  @Access('read')
  @Answers(200, pageOf(secretSchema), 'Names of the build secrets of a project; never their values.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.secrets.list(principal, projectId);
  }

  @Put('secrets/:name')
  @Access('write')
  @Answers(200, secretSchema, 'Sets a build secret. Its value is never shown again.')
  put(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('name', secretName) name: string,
    @Body({ schema: putSecretSchema }) body: z.infer<typeof putSecretSchema>,
  ) {
    return this.secrets.put(principal, projectId, name, body.value, actor);
  }

  @Delete('secrets/:name')
  @Access('write')
  @Answers(204, null, 'Removes a build secret.')
  async remove(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('name', secretName) name: string,
  ) {
    await this.secrets.remove(principal, projectId, name, actor);
  }

  @Get('registry-credentials')
  @Access('read')
  @Answers(200, pageOf(registryCredentialSchema), 'Registries that builds pull from with credentials.')
  listCredentials(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Query({ schema: pageQuerySchema }) _query: PageQuery,
  ) {
    return this.secrets.listCredentials(principal, projectId);
  }

  @Put('registry-credentials/:host')
  @Access('write')
  @Answers(200, registryCredentialSchema, 'Sets credentials for a registry. The password is never shown again.')
  putCredential(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('host', registryHost) host: string,
    @Body({ schema: putRegistryCredentialSchema }) body: z.infer<typeof putRegistryCredentialSchema>,
  ) {
    return this.secrets.putCredential(principal, projectId, { host, ...body }, actor);
  }

  @Post('registry-credentials/:host/trial')
  @Access('write')
  @Answers(200, trialSchema, 'Asks the registry whether it takes the credentials.')
  tryCredential(
    @CurrentPrincipal() principal: Principal,
    @Param('projectId', uuid) projectId: string,
    @Param('host', registryHost) host: string,
  ) {
    return this.trials.try(principal, projectId, host);
  }

  @Delete('registry-credentials/:host')
  @Access('write')
  @Answers(204, null, 'Removes credentials for a registry.')
  async removeCredential(
    @CurrentPrincipal() principal: Principal,
    @CurrentActor() actor: Actor,
    @Param('projectId', uuid) projectId: string,
    @Param('host', storedHost) host: string,
  ) {
    await this.secrets.removeCredential(principal, projectId, host, actor);
  }
}
