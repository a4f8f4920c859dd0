import type { CreateToken, PageQuery, Token } from '@cooperage/contracts';
import { type Actor, type ApiTokenRecord, ApiTokenRepository, mostApiTokens } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { freshToken } from '../auth/api-token.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';

const madeByPerson = { tries: 60, windowMs: 3_600_000 };

/** API tokens of the person who is signed in. Each works in one organization, and never does more than its maker may. */
@Injectable()
export class TokensService {
  /** Revoked tokens and their audit entries stay, so tokens are not made in a loop. */
  private readonly made: SharedRateLimit;

  constructor(
    private readonly repository: ApiTokenRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    limits: SharedRateLimits,
  ) {
    this.made = limits.limit('api-token create', madeByPerson);
  }

  async list(principal: Principal, organizationId: string | undefined, query: PageQuery) {
    if (organizationId !== undefined) this.access.organization(principal, organizationId);
    const organizationIds = organizationId === undefined ? organizationIdsOf(principal) : [organizationId];
    const list = `tokens ${principal.userId} ${organizationId ?? '*'}`;
    const page = await this.repository.list(organizationIds, principal.userId, this.cursors.query(list, query));
    return this.cursors.page(list, page, presentToken);
  }

  /** @throws {ApiProblem} `conflict` for one too many; `rate_limited` for too many in an hour */
  async create(principal: Principal, request: CreateToken, actor: Actor) {
    this.access.organization(principal, request.organizationId);
    await this.made.demand(principal.userId, `One person may make ${madeByPerson.tries} API tokens in an hour.`);
    const { secret, prefix, hash } = freshToken();
    const { organizationId, name, expiresInDays } = request;
    const expiresAt = expiresInDays === null ? null : new Date(Date.now() + expiresInDays * 86_400_000);
    const scopes = [...new Set(request.scopes)];
    const token = { organizationId, userId: principal.userId, name, prefix, hash, scopes, expiresAt };
    const made = await this.repository.create(token, actor);
    if (!made) throw new ApiProblem('conflict', { detail: tooManyTokens });
    return { ...presentToken(made), secret };
  }

  async revoke(principal: Principal, id: string, actor: Actor): Promise<void> {
    if (!(await this.repository.revoke(id, principal.userId, actor))) throw notFound();
  }
}

const tooManyTokens = `You have ${mostApiTokens} API tokens in this organization. Revoke one that you do not need.`;

function presentToken(token: ApiTokenRecord): Token {
  return {
    ...token,
    scopes: token.scopes as Token['scopes'],
    createdAt: token.createdAt.toISOString(),
    expiresAt: token.expiresAt?.toISOString() ?? null,
    lastUsedAt: token.lastUsedAt?.toISOString() ?? null,
  };
}
