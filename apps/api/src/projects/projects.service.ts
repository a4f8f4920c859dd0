import {
  type CreateProject,
  type Limits,
  type PageQuery,
  type PutGitCredentials,
  type UpdateProject,
  usualLimits,
} from '@cooperage/contracts';
import { type Actor, newId, type ProjectCreation, ProjectRepository, QuotaRepository } from '@cooperage/db';
import { credentialOrigin } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { freshHookSecret } from '../hooks/hook-secret.js';
import { HookSecretCache } from '../hooks/hook-secret-cache.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { SecretsInClearService } from '../secrets/secrets-in-clear.service.js';
import { checkedCloneAddress } from './clone-address.js';
import { firstRules } from './first-rules.js';
import { presentHookSecret, presentProject, presentProjectSummary } from './present-project.js';

/** What has a ceiling, and what it is counted in. */
const ceilingUnits = {
  cpus: { unit: 'processors', scale: 1 },
  memoryBytes: { unit: 'bytes', scale: 1 },
  pids: { unit: 'processes', scale: 1 },
  diskBytes: { unit: 'bytes', scale: 1 },
  timeoutMs: { unit: 'minutes', scale: 60_000 },
} as const;

function creationProblem(failed: Exclude<ProjectCreation, { ok: true }>): ApiProblem {
  if (failed.reason === 'quota') return new ApiProblem('quota_exceeded', { detail: failed.sentence });
  const detail = 'The organization has a project of this slug, or is being deleted.';
  return new ApiProblem('conflict', { detail });
}

@Injectable()
export class ProjectsService {
  constructor(
    private readonly repository: ProjectRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly sealing: SealingService,
    private readonly hookSecrets: HookSecretCache,
    private readonly inClear: SecretsInClearService,
    private readonly quotas: QuotaRepository,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async list(principal: Principal, organizationId: string | undefined, query: PageQuery) {
    if (organizationId !== undefined) this.access.organization(principal, organizationId);
    const organizationIds = organizationId === undefined ? organizationIdsOf(principal) : [organizationId];
    const list = `projects ${organizationId ?? '*'}`;
    const page = await this.repository.list(organizationIds, this.cursors.query(list, query));
    return this.cursors.page(list, page, (project) => presentProjectSummary(project, this.settings));
  }

  async get(principal: Principal, id: string) {
    return presentProject(await this.access.project(principal, id), this.settings);
  }

  /** @param path `organization/project`, by their slugs */
  async getByPath(principal: Principal, path: string) {
    const [organizationSlug = '', slug = ''] = path.split('/');
    const project = await this.repository.findBySlug(organizationSlug, slug, organizationIdsOf(principal));
    return presentProject(found(project), this.settings);
  }

  /** @throws {ApiProblem} `conflict` when the organization has a project of this slug, or is being deleted; `quota_exceeded`. */
  async create(principal: Principal, request: CreateProject, actor: Actor) {
    this.access.organization(principal, request.organizationId, 'project.change');
    await this.assertWithinCeilings(request.organizationId, request.limits);
    const remoteUrl = checkedCloneAddress(request.remoteUrl, this.settings.allowPlainHttp);
    const { secret, row } = freshHookSecret(this.sealing);
    const created = await this.repository.create(
      { ...request, remoteUrl, id: newId(), rules: firstRules, hookSecret: row },
      actor,
    );
    if (!created.ok) throw creationProblem(created);
    const { project } = created;
    const hookSecret = { ...presentHookSecret({ ...row, createdAt: project.createdAt, lastUsedAt: null }), secret };
    return { project: presentProject(project, this.settings), hookSecret };
  }

  async update(principal: Principal, id: string, changes: UpdateProject, actor: Actor) {
    const { organizationId } = await this.access.project(principal, id, 'project.change');
    if (changes.limits) await this.assertWithinCeilings(organizationId, changes.limits);
    if (changes.buildArgs) await this.inClear.refuseArguments(id, changes.buildArgs);
    const { allowPlainHttp } = this.settings;
    const address =
      changes.remoteUrl === undefined ? {} : { remoteUrl: checkedCloneAddress(changes.remoteUrl, allowPlainHttp) };
    const changed = found(await this.repository.update(id, { ...changes, ...address }, actor));
    const { gitCredentialsRemoved } = changed;
    return { ...presentProject(changed.project, this.settings), gitCredentialsRemoved };
  }

  /**
   * What was saved before a ceiling became lower is not refused: a build gets less then, and says so. Nor are the usual limits,
   * which nobody has asked for.
   */
  private async assertWithinCeilings(organizationId: string, limits: Limits): Promise<void> {
    const ceilings = (await this.quotas.of(organizationId)).effective;
    const errors = (Object.keys(ceilingUnits) as (keyof typeof ceilingUnits)[]).flatMap((name) => {
      const [asked, most] = [limits[name], ceilings[name]];
      if (asked === null || most === null || asked <= most || asked === usualLimits[name]) return [];
      const { unit, scale } = ceilingUnits[name];
      const message = `at most ${most / scale} ${unit}: the ceiling of the organization, which an administrator of the installation can raise`;
      return [{ path: `limits.${name}`, message }];
    });
    if (errors.length > 0) throw new ApiProblem('validation_failed', { errors });
  }

  async remove(principal: Principal, id: string, actor: Actor): Promise<void> {
    const { asAdministrator } = await this.access.projectToDelete(principal, id);
    if (!(await this.repository.markDeleted(id, actor, asAdministrator))) throw notFound();
    this.hookSecrets.forget(id);
  }

  async forgetRepositoryKey(principal: Principal, id: string, actor: Actor): Promise<void> {
    await this.access.project(principal, id, 'project.change');
    if (!(await this.repository.forgetRepositoryKey(id, actor))) throw notFound();
  }

  async putGitCredentials(principal: Principal, id: string, value: PutGitCredentials, actor: Actor): Promise<void> {
    const { remoteUrl } = await this.access.project(principal, id, 'secret.change');
    const origin = credentialOrigin(remoteUrl);
    const sealed = this.sealing.seal(JSON.stringify(value), sealedSubject.gitCredentials(id, origin));
    const outcome = await this.repository.setGitCredentials(id, { sealed, origin, kind: value.kind }, actor);
    if (outcome === 'gone') throw notFound();
    const detail = 'The clone address was changed to another host meanwhile: the credentials were not stored.';
    if (outcome === 'moved') throw new ApiProblem('conflict', { detail });
  }

  async removeGitCredentials(principal: Principal, id: string, actor: Actor): Promise<void> {
    await this.access.project(principal, id, 'secret.change');
    if ((await this.repository.setGitCredentials(id, null, actor)) === 'gone') throw notFound();
  }
}
