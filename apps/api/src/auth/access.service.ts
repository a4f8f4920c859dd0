import {
  BuildDetails,
  DeliveryRepository,
  type MembershipRecord,
  type ProjectRecord,
  ProjectRepository,
} from '@cooperage/db';
import { neededRole, type Permission } from '@cooperage/domain';
import { Injectable } from '@nestjs/common';
import { ApiProblem, found, notFound } from '../http/problem.js';
import { mayAs, membershipIn, organizationIdsOf, type Principal } from './principal.js';

type BuildPlace = NonNullable<Awaited<ReturnType<BuildDetails['findPlace']>>>;
type FoundDelivery = NonNullable<Awaited<ReturnType<DeliveryRepository['find']>>>;

/**
 * The one layer of authorization. Objects are loaded through queries bounded to the caller's organizations, so that
 * somebody else's object and one that does not exist are the same (S-065); then the role decides, by the
 * domain's table of permissions.
 */
@Injectable()
export class AccessService {
  constructor(
    private readonly projects: ProjectRepository,
    private readonly builds: BuildDetails,
    private readonly deliveries: DeliveryRepository,
  ) {}

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  async project(principal: Principal, id: string, needed: Permission = 'see'): Promise<ProjectRecord> {
    const project = found(await this.projects.find(id, organizationIdsOf(principal)));
    assertMay(principal, project.organizationId, needed);
    return project;
  }

  /**
   * @param needed - where it depends on the build, asked once the build is found
   * @throws {ApiProblem} `not_found` or `forbidden`.
   */
  async build(
    principal: Principal,
    id: string,
    needed: Permission | ((build: BuildPlace) => Permission) = 'see',
  ): Promise<BuildPlace> {
    const build = found(await this.builds.findPlace(id, organizationIdsOf(principal)));
    assertMay(principal, build.organizationId, typeof needed === 'function' ? needed(build) : needed);
    return build;
  }

  /**
   * What an administrator of the installation may end in any organization, member of it or not: the project, or the build.
   * `asAdministrator`: only that is the reason for which the caller may.
   * @throws {ApiProblem} `not_found` or `forbidden`.
   */
  async projectToDelete(principal: Principal, id: string): Promise<Reached<ProjectRecord>> {
    return reached(principal, 'project.change', {
      own: () => this.projects.find(id, organizationIdsOf(principal)),
      anywhere: () => this.projects.findAnywhere(id),
    });
  }

  /** @throws {ApiProblem} as `projectToDelete`. */
  async buildToCancel(principal: Principal, id: string): Promise<Reached<BuildPlace>> {
    return reached(principal, 'build.run', {
      own: () => this.builds.findPlace(id, organizationIdsOf(principal)),
      anywhere: () => this.builds.findPlaceAnywhere(id),
    });
  }

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  async delivery(principal: Principal, id: string, needed: Permission = 'see'): Promise<FoundDelivery> {
    const delivery = found(await this.deliveries.find(id, organizationIdsOf(principal)));
    assertMay(principal, delivery.organizationId, needed);
    return delivery;
  }

  /** @throws {ApiProblem} `not_found` or `forbidden`. */
  organization(principal: Principal, organizationId: string, needed: Permission = 'see'): MembershipRecord {
    const membership = membershipIn(principal, organizationId);
    if (!membership) throw notFound();
    assertMay(principal, organizationId, needed);
    return membership;
  }

  /** What concerns everybody: the installation's settings and its own audit. @throws {ApiProblem} `forbidden`. */
  installation(principal: Principal): void {
    if (!principal.administrator)
      throw new ApiProblem('forbidden', { detail: 'This needs an administrator of the installation.' });
  }
}

export interface Reached<T> {
  readonly thing: T;
  readonly asAdministrator: boolean;
}

async function reached<T extends { readonly organizationId: string }>(
  principal: Principal,
  needed: Permission,
  { own, anywhere }: { own(): Promise<T | null>; anywhere(): Promise<T | null> },
): Promise<Reached<T>> {
  const mine = await own();
  if (mine && (!principal.administrator || mayAs(principal, mine.organizationId, neededRole(needed)))) {
    assertMay(principal, mine.organizationId, needed);
    return { thing: mine, asAdministrator: false };
  }
  return { thing: found(principal.administrator ? await anywhere() : null), asAdministrator: true };
}

function assertMay(principal: Principal, organizationId: string, needed: Permission): void {
  const role = neededRole(needed);
  if (!mayAs(principal, organizationId, role))
    throw new ApiProblem('forbidden', {
      detail: `This needs the role ${role} in the organization.`,
      neededRole: role,
    });
}
