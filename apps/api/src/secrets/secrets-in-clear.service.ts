import { ProjectSecretRepository } from '@cooperage/db';
import { holdsSecret, SealedBoxError } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';
import { ApiProblem } from '../http/problem.js';

/**
 * Keeps the value of a secret out of build arguments: those are shown to everybody who sees the build, and stand in its image
 * and its provenance (S-054).
 */
@Injectable()
export class SecretsInClearService {
  constructor(
    private readonly repository: ProjectSecretRepository,
    private readonly sealing: SealingService,
  ) {}

  /** @throws {ApiProblem} `validation_failed`, at the argument that holds the value of a secret of the project */
  async refuseArguments(projectId: string, buildArgs: Readonly<Record<string, string>>): Promise<void> {
    if (Object.keys(buildArgs).length === 0) return;
    const secrets = (await this.repository.sealed(projectId)).flatMap(({ name, sealed }) => {
      const value = this.opened(projectId, name, sealed);
      return value === null ? [] : [{ name, value }];
    });
    const errors = Object.entries(buildArgs).flatMap(([argument, text]) => {
      const secret = secrets.find(({ value }) => holdsSecret(text, value));
      return secret ? [{ path: `buildArgs.${argument}`, message: `holds the value of the secret ${secret.name}` }] : [];
    });
    if (errors.length > 0) throw new ApiProblem('validation_failed', { errors });
  }

  /** @throws {ApiProblem} `validation_failed` when a build argument of the project says it in the clear */
  refuseValue(buildArgs: Readonly<Record<string, string>>, value: string): void {
    const argument = Object.entries(buildArgs).find(([, text]) => holdsSecret(text, value));
    if (argument === undefined) return;
    const message = `stands in the clear in the build argument ${argument[0]}: take it out there first, and use a new value`;
    throw new ApiProblem('validation_failed', { errors: [{ path: 'value', message }] });
  }

  /** Null for one that was sealed with a key that is gone: a build that needs it says so. */
  private opened(projectId: string, name: string, sealed: Uint8Array): string | null {
    try {
      return this.sealing.open(sealed, sealedSubject.projectSecret(projectId, name));
    } catch (error) {
      if (error instanceof SealedBoxError) return null;
      throw error;
    }
  }
}
