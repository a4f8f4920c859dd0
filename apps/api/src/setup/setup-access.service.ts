import { type Actor, SetupRepository } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessService } from '../auth/access.service.js';
import { actorOf } from '../auth/principal.js';
import { PrincipalsService } from '../auth/principals.service.js';
import { setupIsNeeded } from './setup-needed.js';
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

  /**
   * Without the database nothing says that the set-up is not long done, so the token opens nothing then.
   * @throws {ApiProblem} `unauthenticated`, `forbidden` or `rate_limited`; `unavailable` without the database
   */
  async require(request: FastifyRequest): Promise<Actor> {
    if (await setupIsNeeded(this.repository)) {
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
}
