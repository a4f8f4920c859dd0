import {
  BuildDetails,
  DeliveryRepository,
  type MembershipRecord,
  type ProjectRecord,
  ProjectRepository,
} from '@cooperage/db';
import type { Role } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { mayAs, membershipIn, organizationIdsOf, type Principal } from './principal.js';

type BuildPlace = NonNullable<Awaited<ReturnType<BuildDetails['findPlace']>>>;
type FoundDelivery = NonNullable<Awaited<ReturnType<DeliveryRepository['find']>>>;

/**
 * The one layer of authorization. Objects are loaded through queries bounded to the caller's organizations, so that
 * somebody else's object and one that does not exist are the same (S-065); then the role decides.
 */
@Injectable()
export class AccessService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly builds: BuildDetails,
    private readonly deliveries: DeliveryRepository,
  ) {}

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  async project(principal: Principal, id: string, needed: Role = 'viewer'): Promise<ProjectRecord> {
    const project = found(await this.projects.find(id, organizationIdsOf(principal)));
    assertRole(principal, project.organizationId, needed);
    return project;
  }

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  async build(principal: Principal, id: string, needed: Role = 'viewer'): Promise<BuildPlace> {
    const build = found(await this.builds.findPlace(id, organizationIdsOf(principal)));
    assertRole(principal, build.organizationId, needed);
    return build;
  }

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  async delivery(principal: Principal, id: string, needed: Role = 'viewer'): Promise<FoundDelivery> {
    const delivery = found(await this.deliveries.find(id, organizationIdsOf(principal)));
    assertRole(principal, delivery.organizationId, needed);
    return delivery;
  }

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  organization(principal: Principal, organizationId: string, needed: Role = 'viewer'): MembershipRecord {
    const membership = membershipIn(principal, organizationId);
    if (!membership) throw notFound();
    assertRole(principal, organizationId, needed);
    return membership;
  }

  /** What concerns everybody: the installation's settings and its own audit. @throws {ApiProblem} `forbidden`. */
  installation(principal: Principal): void {
    if (!principal.administrator)
      throw new ApiProblem('forbidden', { detail: 'This needs an administrator of the installation.' });
  }
}

function assertRole(principal: Principal, organizationId: string, needed: Role): void {
  if (!mayAs(principal, organizationId, needed))
    throw new ApiProblem('forbidden', {
      detail: `This needs the role ${needed} in the organization.`,
      neededRole: needed,
    });
}
