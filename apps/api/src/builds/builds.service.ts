import type { StartBuild } from '@cooperage/contracts';
import {
  type Actor,
  type BuildDetailRecord,
  BuildDetails,
  DeliveryRepository,
  RuleRepository,
  storedDeliveryBytes,
} from '@cooperage/db';
import { isFullRef, type ProtectionRules, parseRef, startPermission, whyNoTagsByHand, zoneOf } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { AccessService } from '../auth/access.service.js';
import { organizationIdsOf, type Principal } from '../auth/principal.js';
import { presentDelivery } from '../deliveries/present-delivery.js';
import { AskedBounds } from '../hooks/asked-bounds.js';
import { ApiProblem, found } from '../http/problem.js';
import { placeOf } from '../projects/project-place.js';
import { findEvidence } from './evidence.js';
import { LogIndexes } from './log-indexes.js';
import { presentBuild } from './present-build.js';
import { readableBuild } from './readable-build.js';

@Injectable()
export class BuildsService {
  constructor(
    readonly details: BuildDetails,
    private readonly deliveries: DeliveryRepository,
    private readonly rules: RuleRepository,
    private readonly access: AccessService,
    readonly indexes: LogIndexes,
    private readonly bounds: AskedBounds,
  ) {}

  async get(principal: Principal, id: string) {
    return this.present(await this.details.find(id, organizationIdsOf(principal)));
  }

  async getByNumber(principal: Principal, projectId: string, number: number) {
    return this.present(await this.details.findByNumber(projectId, number, organizationIdsOf(principal)));
  }

  /** A person's wish for a build: it takes the road of a delivery, and is answered before anything was fetched. */
  async start(principal: Principal, projectId: string, start: StartBuild, actor: Actor) {
    const project = await this.access.project(principal, projectId, startPermission(start.zone));
    mustBeRefs(start);
    if (start.ruleId !== null) mustGiveTags(found(await this.rules.find(start.ruleId, projectId)), start.ref, project);
    await this.bounds.demand(projectId, storedDeliveryBytes({}, 0));
    const deliveryId = await this.deliveries.start(placeOf(project), start, actor);
    return presentDelivery(found(await this.deliveries.find(deliveryId, [project.organizationId])));
  }

  private async present(record: BuildDetailRecord | null) {
    const build = readableBuild(found(record));
    return presentBuild(build, await findEvidence(build, this));
  }
}

/** Evaluation decides, by the default branch that the git host names then. What is known before is said at once. */
function mustGiveTags(
  rule: Parameters<typeof whyNoTagsByHand>[0],
  ref: string,
  { defaultBranch, protectedBranches, protectedTags }: ProtectionRules,
): void {
  const zone = zoneOf({ defaultBranch, protectedBranches, protectedTags, ref, fromFork: false });
  const message = whyNoTagsByHand(rule, ref, zone);
  if (message !== null) throw new ApiProblem('validation_failed', { errors: [{ path: 'ruleId', message }] });
}

function mustBeRefs({ ref, targetRef }: StartBuild): void {
  const errors = [
    ...(isFullRef(ref) ? [] : [{ path: 'ref', message: 'a full branch or tag name, for example refs/heads/main' }]),
    ...(targetRef === null || (isFullRef(targetRef) && parseRef(targetRef)?.kind === 'branch')
      ? []
      : [{ path: 'targetRef', message: 'a full branch name, for example refs/heads/release/1.x' }]),
  ];
  if (errors.length > 0) throw new ApiProblem('validation_failed', { errors });
}
