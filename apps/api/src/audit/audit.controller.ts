import type { Readable } from 'node:stream';
import {
  type AuditFilterQuery,
  type AuditQuery,
  auditEntrySchema,
  auditFilterSchema,
  auditQuerySchema,
  chainCheckSchema,
  pageOf,
} from '@cooperage/contracts';
import { Controller, Get, Param, Query, StreamableFile } from '@nestjs/common';
import { CurrentPrincipal } from '../auth/current-principal.js';
import type { Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { textId } from '../http/parameters.js';
import { AuditService } from './audit.service.js';

@Controller('api/v1')
export class AuditController {
  constructor(private readonly audit: AuditService) {}

  @Get('organizations/:organizationId/audit')
  @Access('read')
  @Answers(200, pageOf(auditEntrySchema), 'Who changed what in an organization, newest first. For owners and admins.')
  list(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: auditQuerySchema }) query: AuditQuery,
  ) {
    return this.audit.list(principal, id, query);
  }

  @Get('organizations/:organizationId/audit/lines')
  @Access('read')
  @Answers(200, null, 'The same as JSON lines, whole: for a download, or for a log collector that asks with `since`.')
  async lines(
    @CurrentPrincipal() principal: Principal,
    @Param('organizationId', textId) id: string,
    @Query({ schema: auditFilterSchema }) query: AuditFilterQuery,
  ) {
    return linesFile(await this.audit.lines(principal, id, query));
  }

  @Get('organizations/:organizationId/audit/check')
  @Access('read')
  @Answers(200, chainCheckSchema, 'Whether an entry was removed or changed since it was written.')
  check(@CurrentPrincipal() principal: Principal, @Param('organizationId', textId) id: string) {
    return this.audit.check(principal, id);
  }

  @Get('audit')
  @Access('person')
  @Answers(200, pageOf(auditEntrySchema), 'What belongs to no organization: sign-ins, passwords. For administrators.')
  listInstallation(@CurrentPrincipal() principal: Principal, @Query({ schema: auditQuerySchema }) query: AuditQuery) {
    return this.audit.list(principal, null, query);
  }

  @Get('audit/lines')
  @Access('person')
  @Answers(200, null, 'The same as JSON lines.')
  async linesInstallation(
    @CurrentPrincipal() principal: Principal,
    @Query({ schema: auditFilterSchema }) query: AuditFilterQuery,
  ) {
    return linesFile(await this.audit.lines(principal, null, query));
  }

  @Get('audit/check')
  @Access('person')
  @Answers(200, chainCheckSchema, 'Whether an entry of the installation was removed or changed.')
  checkInstallation(@CurrentPrincipal() principal: Principal) {
    return this.audit.check(principal, null);
  }
}

function linesFile(lines: Readable): StreamableFile {
  return new StreamableFile(lines, {
    type: 'application/jsonl; charset=utf-8',
    disposition: 'attachment; filename="audit.jsonl"',
  });
}
