import type { Attention, OrganizationUsage, QuotaSettingsView, QuotaUsageView } from '@cooperage/contracts';
import { type Actor, installationScope, OrganizationAdministration, QuotaRepository } from '@cooperage/db';
import {
  effectiveQuota,
  type QuotaKind,
  type QuotaSettings,
  quotaDefaults,
  quotaKinds,
  quotaNames,
  quotaState,
} from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { membershipIn, type Principal } from '../auth/principal.js';
import { found } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';

const shownDays = 30;
const keepMs = 60_000;
const mostKnown = 1_000;
/** Used up for a moment, or told to the person who meets the limit. */
const unwarned: readonly QuotaKind[] = ['projects', 'concurrentBuilds', 'queuedBuilds'];

type Warning = Omit<Extract<Attention, { kind: 'quota' }>, 'kind' | 'organizationId' | 'organizationSlug'>;

/** Quotas of organizations and what is used of them. */
@Injectable()
export class UsageService {
  private readonly slots = new SharedSlots('reads of usage', { total: 6, perKey: 2, maxWaitMs: 2_000, maxWaiting: 10 });
  private readonly known = new Map<string, { readonly atMs: number; readonly warnings: Promise<Warning[]> }>();

  constructor(
    private readonly quotas: QuotaRepository,
    private readonly organizations: OrganizationAdministration,
    private readonly access: AccessService,
  ) {}

  /** For its members, and for administrators of the installation. */
  async get(principal: Principal, name: string): Promise<OrganizationUsage> {
    const organization = await this.find(principal, name);
    const { id: organizationId, slug, suspendedAt, suspendedBy } = organization;
    const read = () =>
      Promise.all([
        this.quotas.of(organizationId),
        this.quotas.usage(organizationId),
        this.quotas.minutesByDay(organizationId, shownDays),
      ]);
    const [{ own, installation, effective }, used, days] = await this.slots.during(read, organizationId);
    const { cpus, memoryBytes, pids, diskBytes, timeoutMs, weight } = effective;
    const ceilings = { cpus, memoryBytes, pids, diskBytes, timeoutMs };
    return {
      ...{
        organizationId,
        slug,
        name: organization.name,
        suspendedAt: suspendedAt?.toISOString() ?? null,
        suspendedBy,
      },
      quotas: quotaNames.map((kind): QuotaUsageView => {
        const limit = effective[kind];
        const origin =
          own[kind] !== undefined ? 'organization' : installation[kind] !== undefined ? 'installation' : 'builtin';
        return { kind, ...quotaKinds[kind], used: used[kind], limit, state: quotaState(used[kind], limit), origin };
      }),
      stagedBytes: used.stagedBytes,
      recordBytes: used.recordBytes,
      ...{ own: complete(own), ceilings, weight: weight ?? 100, days },
    };
  }

  /** Quotas of the caller's organizations that are used to 80 % or more. Counted anew after a minute. */
  async warnings(principal: Principal) {
    const all = await Promise.all(
      principal.memberships.map(async ({ organizationId, slug }) => {
        const quotas = await this.counted(organizationId);
        return quotas.map((quota) => ({ kind: 'quota' as const, organizationId, organizationSlug: slug, ...quota }));
      }),
    );
    return all.flat();
  }

  private counted(organizationId: string): Promise<Warning[]> {
    const known = this.known.get(organizationId);
    if (known && known.atMs + keepMs > Date.now()) return known.warnings;
    const warnings = this.count(organizationId);
    if (this.known.size >= mostKnown) this.known.clear();
    this.known.set(organizationId, { atMs: Date.now(), warnings });
    warnings.catch(() => this.known.delete(organizationId));
    return warnings;
  }

  private async count(organizationId: string): Promise<Warning[]> {
    const { effective } = await this.quotas.of(organizationId);
    const kinds = quotaNames.filter((kind) => effective[kind] !== null && !unwarned.includes(kind));
    if (kinds.length === 0) return [];
    const used = await this.quotas.usage(organizationId);
    return kinds.flatMap((kind): Warning[] => {
      const limit = effective[kind]!;
      const state = quotaState(used[kind], limit);
      if (state !== 'near' && state !== 'reached') return [];
      return [{ quota: kind, ...quotaKinds[kind], used: used[kind], limit, state }];
    });
  }

  /** What the installation says for all; for administrators. */
  async defaults(principal: Principal): Promise<QuotaSettingsView> {
    this.access.installation(principal);
    return effectiveQuota({}, await this.quotas.defaults());
  }

  async setDefaults(principal: Principal, quota: QuotaSettingsView, actor: Actor): Promise<QuotaSettingsView> {
    this.access.installation(principal);
    await this.quotas.set(installationScope, quota, actor);
    this.known.clear();
    return this.defaults(principal);
  }

  async set(principal: Principal, name: string, quota: QuotaSettingsView, actor: Actor): Promise<OrganizationUsage> {
    this.access.installation(principal);
    const { id } = found(await this.organizations.find(name));
    await this.quotas.set(id, quota, actor);
    this.known.clear();
    return this.get(principal, id);
  }

  private async find(principal: Principal, name: string) {
    const organization = await this.organizations.find(name);
    const isMember = organization !== null && membershipIn(principal, organization.id) !== undefined;
    // To others it is as if it were not there.
    return found(isMember || principal.administrator ? organization : null);
  }
}

function complete(own: Partial<QuotaSettings>): QuotaSettingsView {
  const names = Object.keys(quotaDefaults) as (keyof QuotaSettings)[];
  return Object.fromEntries(names.map((name) => [name, own[name] ?? null])) as unknown as QuotaSettingsView;
}
