import { createHash } from 'node:crypto';
import { type BadgeQuery, badgeQuerySchema } from '@cooperage/contracts';
import { ProjectGlance } from '@cooperage/db';
import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { notFound } from '../http/problem.js';
import { badgeOf, badgeSvg } from './badge.js';

const suffix = '.svg';

/** Small drawings for readme files. They count nobody who looks at them. */
@Controller('badge')
export class BadgesController {
  constructor(private readonly glance: ProjectGlance) {}

  @Get(':organization/:file')
  @Access('public')
  @Answers(200, null, 'A badge as SVG: how the branch’s newest build ended, or whether its newest image verifies.')
  async get(
    @Param('organization') organization: string,
    @Param('file') file: string,
    @Query({ schema: badgeQuerySchema }) query: BadgeQuery,
    @Headers('if-none-match') known: string | undefined,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    if (!file.endsWith(suffix)) throw notFound();
    const facts = await this.glance.badge(organization, file.slice(0, -suffix.length), query.branch ?? null);
    const svg = badgeSvg(badgeOf(facts, query.kind, Date.now()));
    const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 22)}"`;
    reply.header('etag', etag).header('cache-control', 'public, max-age=60');
    reply.header('content-type', 'image/svg+xml; charset=utf-8');
    reply.header('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
    if (known !== etag) return svg;
    reply.code(304);
    return '';
  }
}
