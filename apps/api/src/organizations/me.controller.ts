import { idSchema, meSchema, pageOf, sessionSchema } from '@cooperage/contracts';
import { type Actor, SessionRepository } from '@cooperage/db';
import { Controller, Delete, Get, Inject, Param } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { CurrentActor, CurrentPrincipal } from '../auth/current-principal.js';
import type { Person, Principal } from '../auth/principal.js';
import { Access } from '../http/access-rule.js';
import { Answers } from '../http/answers.js';
import { wholeList } from '../http/bounded-list.js';
import { notFound } from '../http/problem.js';
import { presentMe, presentSession } from './present-account.js';

@Controller('api/v1/me')
export class MeController {
  constructor(
    private readonly sessions: SessionRepository,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  @Get()
  @Access('read')
  @Answers(200, meSchema, 'The caller and the organizations that the caller is in.')
  me(@CurrentPrincipal() principal: Principal) {
    return presentMe(principal, this.settings.organizationCreation);
  }

  @Get('sessions')
  @Access('person')
  @Answers(200, pageOf(sessionSchema), 'Where the caller is signed in.')
  async list(@CurrentPrincipal() person: Person) {
    const sessions = await this.sessions.list(person.userId);
    return wholeList(sessions, (session) => presentSession(session, person.sessionId));
  }

  @Delete('sessions/:sessionId')
  @Access('person')
  @Answers(204, null, 'Ends a session of the caller at once.')
  async revoke(
    @CurrentPrincipal() person: Person,
    @CurrentActor() actor: Actor,
    @Param('sessionId', { schema: idSchema }) id: string,
  ) {
    if (!(await this.sessions.revoke(id, person.userId, actor))) throw notFound();
  }

  @Delete('sessions')
  @Access('person')
  @Answers(204, null, 'Ends all sessions of the caller at once, except this one.')
  async revokeOthers(@CurrentPrincipal() person: Person, @CurrentActor() actor: Actor) {
    await this.sessions.revokeOthers(person.userId, person.sessionId, actor);
  }
}
