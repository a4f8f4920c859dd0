import { type Actor, isDatabaseUnavailable, SetupRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessService } from '../auth/access.service.js';
import { actorOf } from '../auth/principal.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { SetupToken } from './setup-token.js';

const bearer = /^Bearer +(\S+)$/i;

/** Who may look at the parts of the installation: an administrator, and before there is one the bearer of the token. */
@Injectable()
export class SetupAccess {
  constructor(
    private readonly repository: SetupRepository,
    private readonly principals: PrincipalsService,
    private readonly access: AccessService,
    private readonly token: SetupToken,
  ) {}

  /** @throws {ApiProblem} `unauthenticated`, `forbidden` or `rate_limited`. */
  async require(request: FastifyRequest): Promise<Actor> {
    if (await this.isNeeded()) {
      const { authorization, cookie } = request.headers;
      const text = bearer.exec(authorization ?? '')?.[1] ?? this.token.fromCookie(cookie);
      if (text !== undefined) {
        this.token.assert(text, request.ip);
        return { kind: 'setup', id: null, name: 'set-up token', ip: request.ip };
      }
    }
    const principal = await this.principals.require(request);
    this.access.installation(principal);
    return actorOf(principal, request.ip);
  }

  /** Without the database nobody can be an administrator: then the token is what is left to go by. */
  private async isNeeded(): Promise<boolean> {
    try {
      return await this.repository.isNeeded();
    } catch (error) {
      if (isDatabaseUnavailable(error)) return true;
      throw error;
    }
  }
}
