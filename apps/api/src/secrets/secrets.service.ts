import type { RegistryCredentialInfo, SecretInfo } from '@cooperage/contracts';
import {
  type Actor,
  maxProjectSecrets,
  maxRegistryCredentials,
  type NotStored,
  type ProjectSecretRecord,
  ProjectSecretRepository,
  type RegistryCredentialRecord,
} from '@cooperage/db';
import { maxSecretBytes } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { wholeList } from '../http/bounded-list.js';
import { ApiProblem, notFound } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';
import { SecretsInClearService } from './secrets-in-clear.service.js';

/** Build secrets and registry credentials: written, replaced and removed, never read back (S-058). */
@Injectable()
export class SecretsService {
  constructor(
    private readonly repository: ProjectSecretRepository,
    private readonly sealing: SealingService,
    private readonly access: AccessService,
    private readonly inClear: SecretsInClearService,
  ) {}

  async list(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.repository.list(projectId), presentSecret);
  }

  async put(principal: Principal, projectId: string, name: string, value: string, actor: Actor): Promise<SecretInfo> {
    const project = await this.access.project(principal, projectId, 'secret.change');
    this.inClear.refuseValue(project.buildArgs, value);
    const sealed = this.sealing.seal(value, sealedSubject.projectSecret(projectId, name));
    const stored = await this.repository.put(placeOf(project), name, sealed, actor);
    if (!stored.ok) throw notStored(stored, 'value', project.slug, `${maxProjectSecrets} secrets`);
    return presentSecret(stored.record);
  }

  async remove(principal: Principal, projectId: string, name: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'secret.change');
    if (!(await this.repository.remove(placeOf(project), name, actor))) throw notFound();
  }

  async listCredentials(principal: Principal, projectId: string) {
    await this.access.project(principal, projectId);
    return wholeList(await this.repository.listCredentials(projectId), presentCredential);
  }

  async putCredential(
    principal: Principal,
    projectId: string,
    credential: { readonly host: string; readonly username: string; readonly password: string },
    actor: Actor,
  ): Promise<RegistryCredentialInfo> {
    const project = await this.access.project(principal, projectId, 'secret.change');
    const { host, username, password } = credential;
    const sealed = this.sealing.seal(password, sealedSubject.registryCredential(projectId, host));
    const stored = await this.repository.putCredential(placeOf(project), { host, username, sealed }, actor);
    if (!stored.ok) throw notStored(stored, 'password', project.slug, `${maxRegistryCredentials} registry credentials`);
    return presentCredential(stored.record);
  }

  async removeCredential(principal: Principal, projectId: string, host: string, actor: Actor): Promise<void> {
    const project = await this.access.project(principal, projectId, 'secret.change');
    if (!(await this.repository.removeCredential(placeOf(project), host, actor))) throw notFound();
  }
}

function notStored(problem: NotStored, path: string, project: string, most: string): ApiProblem {
  if (problem.reason === 'too_many') return new ApiProblem('conflict', { detail: `A project has at most ${most}.` });
  const { bytes, leftBytes } = problem;
  const message =
    `has ${bytes} bytes, and the project ${project} has room for ${leftBytes}: its secrets and registry passwords ` +
    `may have ${maxSecretBytes} bytes together. Remove what no build needs, or let a step fetch large values itself.`;
  return new ApiProblem('validation_failed', { errors: [{ path, message }] });
}

function presentSecret({ name, createdAt, updatedAt }: ProjectSecretRecord): SecretInfo {
  return { name, createdAt: createdAt.toISOString(), updatedAt: updatedAt.toISOString() };
}

function presentCredential({ host, username, updatedAt }: RegistryCredentialRecord): RegistryCredentialInfo {
  return { host, username, updatedAt: updatedAt.toISOString() };
}
