import type { ProjectRecord } from '@cooperage/db';
import { RegistryClient } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { RegistryTokensService } from './registry-tokens.service.js';

const timeoutMs = 10_000;

/** Reads project repositories for pages: each client can pull from one repository and do nothing else. */
@Injectable()
export class RegistryReader {
  constructor(
    private readonly tokens: RegistryTokensService,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  clientFor(project: Pick<ProjectRecord, 'organizationSlug' | 'slug'>): RegistryClient {
    const { host, insecure } = this.settings.registry;
    const names = { organizationSlug: project.organizationSlug, projectSlug: project.slug };
    return new RegistryClient({
      host,
      scheme: insecure ? 'http' : 'https',
      timeoutMs,
      credentials: { kind: 'token', tokenFor: (scopes) => this.tokens.mintPull(names, scopes) },
    });
  }
}
