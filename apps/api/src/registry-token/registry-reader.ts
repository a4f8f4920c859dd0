import type { ProjectRecord } from '@cooperage/db';
import type { RepositoryName } from '@cooperage/domain';
import { RegistryClient, type RegistryScope } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { RegistryTokensService } from './registry-tokens.service.js';

const timeoutMs = 10_000;

/** Reads repositories for pages: each client can pull from one of them and do nothing else. */
@Injectable()
export class RegistryReader {
  constructor(
    private readonly tokens: RegistryTokensService,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  clientFor(project: Pick<ProjectRecord, 'organizationSlug' | 'slug'>): RegistryClient {
    const names = { organizationSlug: project.organizationSlug, projectSlug: project.slug };
    return this.client((scopes) => this.tokens.mintPull(names, scopes));
  }

  /** Of one cache repository and nothing else. */
  cacheClientFor(repository: RepositoryName): RegistryClient {
    return this.client((scopes) => this.tokens.mintCachePull(repository, scopes));
  }

  private client(tokenFor: (scopes: readonly RegistryScope[]) => string): RegistryClient {
    const { host, insecure } = this.settings.registry;
    const scheme = insecure ? 'http' : 'https';
    return new RegistryClient({ host, scheme, timeoutMs, credentials: { kind: 'token', tokenFor } });
  }
}
