import { type DeliveriesQuery, shownBodyBytes } from '@cooperage/contracts';
import { type Actor, DeliveryRepository, RefusalRepository, SilenceRepository } from '@cooperage/db';
import { startPermission } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { StatisticsShare } from '../auth/statistics-share.js';
import { AskedBounds } from '../hooks/asked-bounds.js';
import { wholeList } from '../http/bounded-list.js';
import { CursorCodec } from '../http/cursor.js';
import { ApiProblem, found } from '../http/problem.js';
import { presentDelivery, presentDeliveryDetail, presentRefusal, presentSilence } from './present-delivery.js';

@Injectable()
export class DeliveriesService {
  constructor(
    private readonly deliveries: DeliveryRepository,
    private readonly refusals: RefusalRepository,
    private readonly silences: SilenceRepository,
    private readonly access: AccessService,
    private readonly cursors: CursorCodec,
    private readonly bounds: AskedBounds,
    private readonly share: StatisticsShare,
  ) {}

  async list(principal: Principal, { project, outcome, cursor, limit }: DeliveriesQuery) {
    const organizationIds = await this.bound(principal, project);
    const list = `deliveries ${JSON.stringify([project, outcome])}`;
    const filter = { ...(project !== undefined && { projectId: project }), ...(outcome !== undefined && { outcome }) };
    const position = this.cursors.query(list, { cursor, limit });
    const read = () => this.deliveries.list(organizationIds, filter, position);
    // An outcome that few deliveries have is a walk over all of them.
    const page = await (outcome === undefined ? read() : this.share.run(principal, read));
    return this.cursors.page(list, page, presentDelivery);
  }

  async get(principal: Principal, id: string) {
    const delivery = await this.access.delivery(principal, id);
    return presentDeliveryDetail(delivery, found(await this.deliveries.content(id, shownBodyBytes)));
  }

  /** @throws {ApiProblem} `conflict` for a delivery that never had anything to evaluate; `rate_limited`, `quota_exceeded` */
  async replay(principal: Principal, id: string, actor: Actor) {
    const { projectId, organizationId, ref, status } = await this.access.delivery(principal, id, 'build.run');
    if (ref === null || status === 'ignored')
      throw new ApiProblem('conflict', { detail: 'This delivery names no ref that could be built.' });
    // The body is stored again and decides the zone: who replays a start starts the build.
    this.access.organization(principal, organizationId, startPermission(await this.deliveries.askedZone(id)));
    // A replay is stored with its body and headers, as the call was.
    await this.bounds.demand(projectId, await this.deliveries.storedBytes(id));
    const replayId = found(await this.deliveries.replay(id, { projectId, organizationId }, actor));
    return presentDelivery(found(await this.deliveries.find(replayId, [organizationId])));
  }

  async listRefusals(principal: Principal, projectId?: string) {
    const organizationIds = await this.bound(principal, projectId);
    return wholeList(await this.refusals.list(organizationIds, projectId), presentRefusal);
  }

  async listSilences(principal: Principal, projectId?: string) {
    const organizationIds = await this.bound(principal, projectId);
    return wholeList(await this.silences.list(organizationIds, projectId), presentSilence);
  }

  private async bound(principal: Principal, projectId: string | undefined): Promise<string[]> {
    if (projectId === undefined) return organizationIdsOf(principal);
    return [(await this.access.project(principal, projectId)).organizationId];
  }
}
