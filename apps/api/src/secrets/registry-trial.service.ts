import type { Trial } from '@cooperage/contracts';
import { ProjectSecretRepository } from '@cooperage/db';
import { registryAddressOf, SealedBoxError } from '@cooperage/domain';
import {
  checkCredentials,
  innerAddressCode,
  isRegistryError,
  publicAgent,
  type RegistryCredentials,
  withPlainFallback,
} from '@cooperage/oci';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { SealingService, sealedSubject } from '../app/sealing.service.js';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { found } from '../http/problem.js';
import { type SharedRateLimit, SharedRateLimits } from '../http/shared-rate-limits.js';
import { trial } from '../settings/trial.js';

const timeoutMs = 10_000;

/** Asks a registry whether it takes the credential that builds pull with. */
@Injectable()
export class RegistryTrialService implements OnApplicationShutdown {
  private readonly tries: SharedRateLimit;
  private readonly dispatcher;

  constructor(
    private readonly repository: ProjectSecretRepository,
    private readonly sealing: SealingService,
    private readonly access: AccessService,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
    limits: SharedRateLimits,
  ) {
    this.tries = limits.limit('registry trial', { tries: 20, windowMs: 600_000 });
    this.dispatcher = publicAgent(settings.innerRegistries);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.dispatcher.destroy();
  }

  async try(principal: Principal, projectId: string, host: string): Promise<Trial> {
    await this.access.project(principal, projectId, 'secret.change');
    const stored = found(await this.repository.sealedCredential(projectId, host));
    await this.tries.demand(principal.userId);
    return trial(() => this.ask(projectId, host, stored));
  }

  private async ask(projectId: string, host: string, stored: { username: string; sealed: Uint8Array }) {
    try {
      const password = this.sealing.open(stored.sealed, sealedSubject.registryCredential(projectId, host));
      const isAsked = await this.check(host, { kind: 'basic', username: stored.username, password });
      const fact = isAsked
        ? `${host} takes this user name and password.`
        : `${host} asks nobody for a password: it would let anybody in, and says nothing of this one.`;
      return { ok: true, fact };
    } catch (error) {
      return { ok: false, fact: refusalOf(error, host) };
    }
  }

  private check(host: string, credentials: RegistryCredentials): Promise<boolean> {
    return withPlainFallback(this.settings.innerRegistries.includes(host), (scheme) => {
      const address = { host: registryAddressOf(host), scheme, timeoutMs, dispatcher: this.dispatcher };
      return checkCredentials(address, credentials);
    });
  }
}

/** @throws what is no answer of a registry */
function refusalOf(error: unknown, host: string): string {
  if (error instanceof SealedBoxError) return 'The stored password cannot be opened any more: set it again.';
  if (!isRegistryError(error)) throw error;
  if (error.kind === 'denied') return `${host} refuses this user name and password.`;
  if (error.code === innerAddressCode)
    return `${host} is on an inner address. An operator can allow it: COOPERAGE_INNER_REGISTRIES.`;
  if (error.kind === 'unavailable')
    return `${host} could not be reached (${error.code ?? error.status ?? 'no answer'}).`;
  return `${host} gave an answer that no registry gives.`;
}
