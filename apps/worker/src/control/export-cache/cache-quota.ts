import type { QuotaRepository } from '@cooperage/db';
import { quotaSentence } from '@cooperage/domain';

/** Holds the caches that builds of an organization leave in the registry to its quota of bytes. */
export class CacheQuota {
  constructor(private readonly quotas: Pick<QuotaRepository, 'of' | 'usage'>) {}

  /** @returns why nothing is exported, for a person; null where there is room */
  async full(organizationId: string): Promise<string | null> {
    const { cacheBytes: limit } = (await this.quotas.of(organizationId)).effective;
    if (limit === null) return null;
    const { cacheBytes: used } = await this.quotas.usage(organizationId);
    if (used < limit) return null;
    return `${quotaSentence('cacheBytes', used, limit)} Delete caches on the cache page of a project, or give projects a smaller budget.`;
  }
}
