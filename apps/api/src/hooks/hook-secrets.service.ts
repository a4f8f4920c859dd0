import { type Actor, HookSecretRepository, maxHookSecrets } from '@cooperage/db';
import { Injectable } from '@nestjs/common';
import { SealingService } from '../app/sealing.service.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { presentHookSecret } from '../projects/present-project.js';
import { placeOf } from '../projects/project-place.js';
import { freshHookSecret } from './hook-secret.js';
import { HookSecretCache } from './hook-secret-cache.js';

@Injectable()
export class HookSecretsService {
  constructor(
    private readonly repository: HookSecretRepository,
    private readonly access: AccessService,
    private readonly sealing: SealingService,
    private readonly cache: HookSecretCache,
  ) {}

  async list(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.repository.list(projectId), presentHookSecret);
  }

  async create(principal: Principal, projectId: string, actor: Actor) {
    const project = await this.access.project(principal, projectId, 'secret.change');
    const { secret, row } = freshHookSecret(this.sealing);
    const record = await this.repository.add(placeOf(project), row, actor);
    if (record === null)
      throw new ApiProblem('conflict', { detail: `A project has at most ${maxHookSecrets} webhook secrets.` });
    this.cache.forget(projectId);
    return { ...presentHookSecret(record), secret };
  }

  async remove(principal: Principal, projectId: string, secretId: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'secret.change');
    if (!(await this.repository.remove(placeOf(project), secretId, actor))) throw notFound();
    this.cache.forget(projectId);
  }
}
