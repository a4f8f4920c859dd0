import { RepositoryAccess, type RepositoryNames } from '@cooperage/db';
import { projectRepository, reservedSlugs } from '@cooperage/domain';
import { grantScopes, type MintedRegistryToken, mintRegistryToken, type RegistryScope } from '@cooperage/oci';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import type { TokenHolder } from '../auth/principal.js';

const ttlSeconds = 300;

/** Mints tokens for the registry. Nobody gets more than a pull here: pushing is the business of builders and control. */
@Injectable()
export class RegistryTokensService {
  constructor(
    private readonly repositories: RepositoryAccess,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  /**
   * A token for what is asked and allowed; empty of rights where nothing is.
   * @param holder null for everyone; an API token without the scope `registry` pulls what everyone may
   */
  async mintFor(holder: TokenHolder | null, asked: readonly RegistryScope[]): Promise<MintedRegistryToken> {
    const names = asked.flatMap(({ repository }) => namesOf(repository) ?? []);
    const memberships = holder?.scopes.includes('registry') ? holder.memberships : [];
    const organizationIds = memberships.map(({ organizationId }) => organizationId);
    const pullable = await this.repositories.pullable(names, organizationIds);
    const allowed = pullable.map((project) => pullScope(project));
    return this.mint(holder?.name ?? '', asked, grantScopes(asked, allowed));
  }

  /** For our own reading of a project's repository, after the reader's right to it was checked. */
  mintPull(project: RepositoryNames, asked: readonly RegistryScope[]): string {
    return this.mint('api', asked, grantScopes(asked, [pullScope(project)])).token;
  }

  /** For our own reading of one cache repository, after the reader's right to its project was checked. */
  mintCachePull(repository: string, asked: readonly RegistryScope[]): string {
    return this.mint('api', asked, grantScopes(asked, [{ repository, actions: ['pull'] }])).token;
  }

  private mint(subject: string, asked: readonly RegistryScope[], granted: readonly RegistryScope[]) {
    const { key, issuer, service } = this.settings.registryToken;
    return mintRegistryToken(key, { issuer, service, subject, asked, granted, ttlSeconds, nowMs: Date.now() });
  }
}

function pullScope({ organizationSlug, projectSlug }: RepositoryNames): RegistryScope {
  return { repository: projectRepository(organizationSlug, projectSlug), actions: ['pull'] };
}

/** Only names that can be a project's; the name spaces of the service itself are nobody's. */
function namesOf(repository: string): RepositoryNames | undefined {
  const [organizationSlug, projectSlug, ...rest] = repository.split('/');
  if (!organizationSlug || !projectSlug || rest.length > 0) return undefined;
  if ((reservedSlugs as readonly string[]).includes(organizationSlug)) return undefined;
  return { organizationSlug, projectSlug };
}
