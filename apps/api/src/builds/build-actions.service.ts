import { type Actor, BuildDetails, BuildRepository } from '@cooperage/db';
import { startPermission } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { presentBuild } from './present-build.js';
import { readableBuild } from './readable-build.js';

/** What a person does to a build that is there. */
@Injectable()
export class BuildActionsService {
  constructor(
    private readonly builds: BuildRepository,
    private readonly details: BuildDetails,
    private readonly access: AccessService,
  ) {}

  async cancel(principal: Principal, id: string, actor: Actor) {
    const { thing: build, asAdministrator } = await this.access.buildToCancel(principal, id);
    const outcome = await this.builds.requestCancel(id, actor.name, actor, asAdministrator);
    if (!outcome.ok) throw cancelProblem(outcome.reason);
    return presentBuild(readableBuild(found(await this.details.find(id, [build.organizationId]))));
  }

  async retry(principal: Principal, id: string, noCache: boolean, actor: Actor) {
    const build = await this.access.build(principal, id, ({ zone }) => startPermission(zone));
    const outcome = await this.builds.createRetry(id, { noCache, actorName: actor.name, actor });
    if (!outcome.ok && outcome.reason === 'not_found') throw notFound();
    if (!outcome.ok && outcome.reason === 'quota') throw new ApiProblem('quota_exceeded', { detail: outcome.sentence });
    if (!outcome.ok) throw new ApiProblem('conflict', { detail: 'A build is retried after it has ended.' });
    return presentBuild(readableBuild(found(await this.details.find(outcome.buildId, [build.organizationId]))));
  }
}

function cancelProblem(reason: 'not_found' | 'final' | 'too_late' | 'already_canceling'): ApiProblem {
  if (reason === 'not_found') return notFound();
  if (reason === 'too_late') return new ApiProblem('too_late', { detail: 'The image is being published already.' });
  if (reason === 'final') return new ApiProblem('too_late', { detail: 'The build has ended.' });
  return new ApiProblem('conflict', { detail: 'The build is being canceled already.' });
}
