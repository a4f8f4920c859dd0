import type {
  ChangeRetention,
  Deletion,
  DeletionsQuery,
  Page,
  RetentionPolicyView,
  RetentionPreviewQuery,
  RetentionPreviewView,
} from '@cooperage/contracts';
import { type Actor, mostPreviewed, RetentionPolicyRepository, RetentionRepository } from '@cooperage/db';
import { type EffectiveRetention, effectiveRetention, type RetentionState } from '@cooperage/domain';
import { Inject, Injectable } from '@nestjs/common';
import { API_SETTINGS, type ApiSettings } from '../app/settings.js';
import { AccessService } from '../auth/access.service.js';
import type { Principal } from '../auth/principal.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { SharedSlots } from '../http/shared-slots.js';
import { presentDeletion } from './present-deletion.js';

const statesOf: Readonly<Record<DeletionsQuery['state'], readonly RetentionState[]>> = {
  open: ['scheduled', 'deleting'],
  deleted: ['deleted'],
  kept: ['kept'],
};

/** A dry run reads many rows. */
const slots = { total: 4, perKey: 2, maxWaitMs: 2_000, maxWaiting: 4 };

/** How long an organization keeps what it has made, what goes by that, and undo. */
@Injectable()
export class RetentionService {
  private readonly slots = new SharedSlots('dry runs of retention', slots);

  constructor(
    private readonly policies: RetentionPolicyRepository,
    private readonly retention: RetentionRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    @Inject(API_SETTINGS) private readonly settings: ApiSettings,
  ) {}

  async policy(principal: Principal, organizationId: string): Promise<RetentionPolicyView> {
    this.access.organization(principal, organizationId);
    const { policy, origins } = await this.effective(organizationId);
    return { ...policy, origins, defaults: this.settings.retention };
  }

  async change(
    principal: Principal,
    organizationId: string,
    change: ChangeRetention,
    actor: Actor,
  ): Promise<RetentionPolicyView> {
    this.access.organization(principal, organizationId, 'retention.change');
    if (!(await this.policies.set(organizationId, change, actor))) throw notFound();
    return this.policy(principal, organizationId);
  }

  async preview(
    principal: Principal,
    organizationId: string,
    query: RetentionPreviewQuery,
  ): Promise<RetentionPreviewView> {
    this.access.organization(principal, organizationId);
    const { policy } = await this.effective(organizationId);
    const given = Object.fromEntries(Object.entries(query).filter(([, days]) => days !== undefined));
    const preview = () => this.retention.preview(organizationId, { ...policy, ...given });
    const previews = await this.slots.during(preview, organizationId);
    return {
      kinds: previews.map(({ items, oldestAt, ...preview }) => ({
        ...preview,
        more: preview.count === mostPreviewed,
        oldestAt: oldestAt?.toISOString() ?? null,
        items: items.map((item) => ({ ...item, at: item.at.toISOString() })),
      })),
    };
  }

  async deletions(
    principal: Principal,
    organizationId: string,
    { state, ...query }: DeletionsQuery,
  ): Promise<Page<Deletion>> {
    this.access.organization(principal, organizationId);
    const list = `deletions ${organizationId} ${state}`;
    const page = await this.retention.list(organizationId, statesOf[state], this.cursors.query(list, query));
    return this.cursors.page(list, page, presentDeletion);
  }

  /** @throws {ApiProblem} `too_late` once the deletion has begun */
  async undo(principal: Principal, organizationId: string, id: string, actor: Actor): Promise<Deletion> {
    this.access.organization(principal, organizationId, 'retention.change');
    const undone = found(await this.retention.undo(organizationId, id, actor));
    if (undone === 'too_late')
      throw new ApiProblem('too_late', { detail: 'The deletion has begun or ended. It cannot be undone any more.' });
    return presentDeletion(undone);
  }

  /** The policy in force for an organization. The caller has checked the access. */
  async effective(organizationId: string): Promise<EffectiveRetention> {
    return effectiveRetention(this.settings.retention, await this.policies.get(organizationId));
  }
}
