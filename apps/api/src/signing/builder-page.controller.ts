import { defaultPool } from '@cooperage/domain';
import { Controller, Get, Header, Headers, Inject, Param, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { notFound } from '../http/problem.js';
import { type BuilderDocument, builderDocument, buildTypeDocument, documentPage } from './builder-page.js';

/** The addresses that our provenance names must answer. HTML for people, JSON for who asks for it. */
@Controller()
export class BuilderPageController {
  constructor(@Inject(API_SETTINGS) private readonly settings: ApiSettings) {}

  @Get('builders/:pool/v1')
  @Access('public')
  @Header('cache-control', 'public, max-age=3600')
  @Answers(200, null, 'What the builder id of our provenance means.')
  builder(
    @Param('pool') pool: string,
    @Headers('accept') accept: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ) {
    if (pool !== defaultPool) throw notFound();
    return answer(builderDocument(this.settings.publicUrl), accept, reply);
  }

  @Get('build-types/dockerfile/v1')
  @Access('public')
  @Header('cache-control', 'public, max-age=3600')
  @Answers(200, null, 'What the build type of our provenance means.')
  buildType(@Headers('accept') accept: string, @Res({ passthrough: true }) reply: FastifyReply) {
    return answer(buildTypeDocument(this.settings.publicUrl), accept, reply);
  }
}

function answer(document: BuilderDocument, accept: string | undefined, reply: FastifyReply): BuilderDocument | string {
  reply.header('vary', 'accept');
  if (!accept?.includes('text/html')) return document;
  reply.header('content-type', 'text/html; charset=utf-8');
  reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'; base-uri 'none'");
  return documentPage(document);
}
